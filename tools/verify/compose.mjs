/** The compose files against Docker Compose itself: `config -q`, with and without the profile, plain and secured. */
import { join } from 'node:path';
import { COMPOSE_FILE, SECURE_FILE, readCompose } from '@tickmesh/local';
import { dockerCompose, run } from './src/tools.mjs';

export async function verify(root, log) {
  const compose = await dockerCompose(root, log);
  const file = join(root, 'docker-compose.yml');
  const config = (name, content, ...profile) => check(compose, root, name, content, profile);
  return [
    await config('docker compose reads docker-compose.yml', file),
    await config('docker compose reads it with observability', file, '--profile', 'observability'),
    await config(
      'docker compose reads it secured',
      file,
      '-f',
      join(root, 'docker-compose.secure.yml'),
    ),
    await sameReading(compose, root),
    await refusal(compose, root),
  ];
}

async function check(compose, root, name, file, profile) {
  const { code, output } = await run(compose, ['-f', file, ...profile, 'config', '-q'], {
    cwd: root,
  });
  return { name, ok: code === 0 && output === '', detail: output };
}

/** The launcher merges and fills in the two files itself: what it runs must be what Compose would run. */
async function sameReading(compose, root) {
  const profiles = ['tools', 'observability', 'unsecured'].flatMap((name) => ['--profile', name]);
  const files = ['-f', COMPOSE_FILE, '-f', SECURE_FILE];
  const { output } = await run(compose, [...files, ...profiles, 'config', '--format', 'json'], {
    cwd: root,
  });
  const theirs = JSON.parse(output.slice(output.indexOf('{')));
  const ours = readCompose(COMPOSE_FILE, {}, SECURE_FILE).services;
  const names = [...new Set([...ours.keys(), ...Object.keys(theirs.services)])];
  const different = names.filter(
    (name) => told(fromCompose(theirs.services[name])) !== told(ours.get(name)),
  );
  return {
    name: 'docker compose reads the secured mesh as npm start does',
    ok: different.length === 0 && names.length > 10,
    detail: different.join(', '),
  };
}

function fromCompose(service) {
  return {
    command: service?.command ?? [],
    environment: service?.environment ?? {},
    dependsOn: service?.depends_on ?? {},
    healthcheck: service?.healthcheck,
    volumes: (service?.volumes ?? []).map(({ target, volume }) => ({
      target,
      subpath: volume?.subpath ?? '',
    })),
  };
}

function told(service) {
  const { command, environment, dependsOn, healthcheck, volumes } = service ?? fromCompose();
  return JSON.stringify([
    command,
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value ?? ''}`)
      .toSorted(),
    Object.keys(dependsOn).toSorted(),
    healthcheck?.test,
    volumes.map(({ target, subpath }) => `${target} ${subpath}`).toSorted(),
  ]);
}

/** A judge that passes everything judges nothing. */
async function refusal(compose, root) {
  const broken = 'services: { a: { image: "x:1", depends_on: [nobody] } }\n';
  const { code } = await run(compose, ['-f', '-', 'config', '-q'], { cwd: root, input: broken });
  return { name: 'docker compose refuses a broken file', ok: code !== 0, detail: '' };
}
