/** The compose file against Docker Compose itself: `config -q`, with and without the profile. */
import { join } from 'node:path';
import { dockerCompose, run } from './src/tools.mjs';

export async function verify(root, log) {
  const compose = await dockerCompose(root, log);
  const file = join(root, 'docker-compose.yml');
  const config = (name, content, ...profile) => check(compose, root, name, content, profile);
  return [
    await config('docker compose reads docker-compose.yml', file),
    await config('docker compose reads it with observability', file, '--profile', 'observability'),
    await refusal(compose, root),
  ];
}

async function check(compose, root, name, file, profile) {
  const { code, output } = await run(compose, ['-f', file, ...profile, 'config', '-q'], {
    cwd: root,
  });
  return { name, ok: code === 0 && output === '', detail: output };
}

/** A judge that passes everything judges nothing. */
async function refusal(compose, root) {
  const broken = 'services: { a: { image: "x:1", depends_on: [nobody] } }\n';
  const { code } = await run(compose, ['-f', '-', 'config', '-q'], { cwd: root, input: broken });
  return { name: 'docker compose refuses a broken file', ok: code !== 0, detail: '' };
}
