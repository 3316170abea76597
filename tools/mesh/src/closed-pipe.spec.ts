import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

it('a command whose reader goes away ends quietly', async () => {
  const child = spawn(
    process.execPath,
    ['--conditions=@tickmesh/source', MAIN, 'instruments', 'list', '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // Nobody reads: what it writes meets a closed pipe.
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, stderr]).toEqual([0, '']);
});
