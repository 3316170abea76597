/**
 * Ends processes whose parent died without ending them itself (kill -9, a crash, a closed terminal).
 * It reads lines `guard PID START` and `release PID` on its standard input. When that closes, the parent is gone:
 * whatever is still guarded, and still the same process by its start time, is asked to stop and then killed.
 * Lines `remove PATH` name folders to delete after that.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startTimeOf } from './process-identity.mjs';

const GRACE_MS = 8_000;
const guarded = new Map();
const folders = new Set();

// A terminal's Ctrl-C reaches this process too; only the end of its input may end it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, ...rest] = line.split(' ');
    if (command === 'guard') guarded.set(Number(rest[0]), rest[1]);
    if (command === 'release') guarded.delete(Number(rest[0]));
    if (command === 'remove') folders.add(rest.join(' '));
    if (command === 'keep') folders.delete(rest.join(' '));
  })
  .on('close', () => void reap());

async function reap() {
  for (const pid of alive()) signal(pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (alive().length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const pid of alive()) signal(pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function alive() {
  return [...guarded].filter(([pid, start]) => startTimeOf(pid) === start).map(([pid]) => pid);
}

/** Every guarded process leads a group of its own (not on Windows): its children go with it. */
function signal(pid, name) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name);
  } catch {
    // It ended in between: that is what was wanted.
  }
}
