/** `npm start`: see HELP in options.ts. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fault, faultOf } from '@tickmesh/kernel';
import { buildServices } from './build.ts';
import { launchMesh, type Mesh } from './launch.ts';
import { HELP, parseOptions, type StartOptions } from './options.ts';
import { MESH_DIR, SECURE_FILE } from './paths.ts';
import { alreadyRunningLines, eventLines, faultLines, readyLines } from './report.ts';
import { endLeftovers, readRunning } from './running-file.ts';
import { endRequested } from './shutdown.ts';

/** Lines go to the terminal, and from a detached half also to the launcher that waits for it. */
function say(...lines: string[]): void {
  const text = `${lines.join('\n')}\n`;
  process.stdout.write(text);
  if (process.connected) process.send?.({ kind: 'say', text });
}

async function main(options: StartOptions): Promise<number> {
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const meshDir = options.dir === undefined ? MESH_DIR : resolve(options.dir);
  const running = readRunning(meshDir);
  if (running !== undefined) {
    say(...alreadyRunningLines(running));
    return 1;
  }
  if (options.detach && !options.background) return startDetached(meshDir);
  const leftovers = await endLeftovers(meshDir);
  if (leftovers.length > 0) say(`Ended what a killed launcher left: ${leftovers.join(', ')}`);
  return run(options, meshDir);
}

async function run(options: StartOptions, meshDir: string): Promise<number> {
  const ended = endRequested({ withParent: !options.background });
  const startedAtMs = Date.now();
  const sinceMs = (): number => Date.now() - startedAtMs;
  const files = options.secure ? 'docker-compose.yml, secured,' : 'docker-compose.yml,';
  say(`tickmesh starts from ${files} without Docker`);
  const mesh = await launchMesh({
    meshDir,
    build: buildServices,
    ...(options.compose === undefined ? {} : { composeFile: resolve(options.compose) }),
    changes: options.secure ? [SECURE_FILE] : [],
    variables: { ...process.env, ...(options.feed === undefined ? {} : { FEED: options.feed }) },
    fresh: options.fresh,
    onEvent: (event) => {
      say(...eventLines(event, sinceMs()));
    },
    progress: (line) => {
      say(line);
    },
  });
  const failure = mesh.ready.then(
    () => {
      say(...readyLines(mesh, sinceMs(), meshDir));
      if (process.connected) process.send?.({ kind: 'ready' });
      return new Promise<never>(() => undefined);
    },
    (thrown: unknown) => faultOf(thrown),
  );
  return stopAtEnd(mesh, await Promise.race([ended, failure]));
}

/** Ends with 0 when somebody asked for it, with 1 when a part could not come up. */
async function stopAtEnd(mesh: Mesh, reason: string | Fault): Promise<number> {
  if (typeof reason !== 'string') say(...faultLines(reason));
  say('Stopping ...');
  await mesh.stop();
  say('Stopped.');
  return typeof reason === 'string' ? 0 : 1;
}

/** Starts the same command in the background and returns when that is ready or has ended. */
function startDetached(meshDir: string): Promise<number> {
  mkdirSync(meshDir, { recursive: true });
  const log = openSync(join(meshDir, 'launcher.log'), 'w');
  const args = [...process.execArgv, ...process.argv.slice(1), '--background'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
    windowsHide: true,
  });
  return new Promise((resolve) => {
    child.on('message', (message: { kind: string; text?: string }) => {
      if (message.kind === 'say') process.stdout.write(message.text ?? '');
      if (message.kind !== 'ready') return;
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (thrown) {
  say(...faultLines(faultOf(thrown)));
  process.exitCode = 1;
}
