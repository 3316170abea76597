import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePortVariables, launchMesh } from './launch.ts';
import { MESH_DIR, REPOSITORY_ROOT } from './paths.ts';
import { isPortFree } from './ports.ts';
import { isAlive, readRunning, type RunningMesh } from './running-file.ts';
import type { PartEvent } from './supervisor.ts';

const composeFile = join(REPOSITORY_ROOT, 'tools', 'local', 'src', 'fixtures', 'mesh.yml');
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(MESH_DIR, 'test-launch-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Polls, because processes end and start when the system lets them. */
async function until<T>(read: () => T | undefined | false): Promise<T> {
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    await pause(20);
  }
}

function names(events: readonly PartEvent[]): string[] {
  return events.map((event) => `${event.part} ${event.kind}`);
}

describe('a launched mesh', () => {
  it('starts in order, restarts what dies with its last words, and stops in reverse', async () => {
    const meshDir = newFolder();
    const variables = await freePortVariables(composeFile);
    const events: PartEvent[] = [];
    const mesh = await launchMesh({
      meshDir,
      composeFile,
      variables,
      fresh: false,
      onEvent: (event) => events.push(event),
      progress: () => undefined,
    });
    await mesh.ready;
    expect(names(events)).toEqual(['step completed', 'back ready', 'front ready']);
    expect(mesh.dockerOnly).toEqual(['elsewhere']);
    const front = `http://127.0.0.1:${String(variables['FRONT_PORT'])}`;
    expect(mesh.services.find(({ name }) => name === 'front')?.addresses).toEqual({ http: front });
    // The name of the other service became its address on this machine.
    expect(await (await fetch(front)).text()).toBe(
      `http://127.0.0.1:${String(variables['BACK_PORT'])}/`,
    );

    await fetch(`${front}/die`).catch(() => undefined);
    await until(() => names(events).includes('front recovered'));
    const death = events.find((event) => event.kind === 'died');
    expect(death).toMatchObject({ part: 'front', exit: { code: 3 }, lastLines: ['last words'] });

    events.length = 0;
    await mesh.stop();
    expect(names(events)).toEqual(['front stopped', 'back stopped']);
    expect(await isPortFree(Number(variables['FRONT_PORT']))).toBe(true);
    expect(readRunning(meshDir)).toBeUndefined();
  });

  it('starts nothing more once it is told to stop half way', async () => {
    const events: PartEvent[] = [];
    const meshDir = newFolder();
    const mesh = await launchMesh({
      meshDir,
      composeFile,
      variables: { ...(await freePortVariables(composeFile)), STEP_EXIT: '0' },
      fresh: false,
      // The step has completed and what waits for it is about to start.
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'completed') stopped = mesh.stop();
      },
      progress: () => undefined,
    });
    let stopped: Promise<void> | undefined;
    await until(() => stopped !== undefined);
    await stopped;
    expect(names(events)).toEqual(['step completed']);
    expect(mesh.services.filter(({ process: identity }) => identity !== undefined)).toEqual([]);
  });

  it('says which step failed, and what waited for it never starts', async () => {
    const events: PartEvent[] = [];
    const mesh = await launchMesh({
      meshDir: newFolder(),
      composeFile,
      variables: { ...(await freePortVariables(composeFile)), STEP_EXIT: '4' },
      fresh: false,
      onEvent: (event) => events.push(event),
      progress: () => undefined,
    });
    await expect(mesh.ready).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      details: { service: 'step', code: 4 },
    });
    await mesh.stop();
    expect(names(events)).toEqual([]);
  });

  it('names the port that is taken, who wants it and the variable that moves it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const launching = launchMesh({
      meshDir: newFolder(),
      composeFile,
      variables: { ...(await freePortVariables(composeFile)), BACK_PORT: String(port) },
      fresh: false,
      onEvent: () => undefined,
      progress: () => undefined,
    });
    await expect(launching).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { ports: `${String(port)} for back`, cure: expect.stringContaining('BACK_PORT=') },
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('npm start', () => {
  interface Started {
    readonly child: ChildProcess;
    readonly exited: Promise<number | null>;
    readonly output: () => string;
  }

  function start(meshDir: string, variables: Record<string, string>, ...more: string[]): Started {
    const script = join(REPOSITORY_ROOT, 'tools', 'local', 'start.mjs');
    const args = [script, '--dir', meshDir, '--compose', composeFile, ...more];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, exited, output: () => output };
  }

  function stop(meshDir: string): Promise<number | null> {
    const script = join(REPOSITORY_ROOT, 'tools', 'local', 'stop.mjs');
    const child = spawn(process.execPath, [script, '--dir', meshDir], { stdio: 'ignore' });
    return new Promise((resolve) => child.once('close', resolve));
  }

  /** The mesh when it is ready; a launcher that ends before that fails the test with what it said. */
  async function ready(meshDir: string, started: Started): Promise<RunningMesh> {
    let hasEnded = false;
    void started.exited.then(() => (hasEnded = true));
    return until(() => {
      if (hasEnded) throw new Error(`it ended: ${started.output()}`);
      const running = readRunning(meshDir);
      return running?.ready === true && running;
    });
  }

  function anyAlive({ services }: RunningMesh): boolean {
    return services.some(({ process: identity }) => identity !== undefined && isAlive(identity));
  }

  it('says at a second start what already runs, and ends all with a signal', async () => {
    const meshDir = newFolder();
    const variables = await freePortVariables(composeFile);
    const first = start(meshDir, variables);
    const running = await ready(meshDir, first);

    const second = start(meshDir, variables);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('already runs from this folder');
    expect(second.output()).toContain(`http://127.0.0.1:${String(variables['FRONT_PORT'])}`);

    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(anyAlive(running)).toBe(false);
    expect(first.output()).toMatch(/Ready in[\s\S]*Stopped\.\n$/);
  });

  it('leaves nothing behind when the launcher is killed', async () => {
    const meshDir = newFolder();
    const started = start(meshDir, await freePortVariables(composeFile));
    const running = await ready(meshDir, started);
    expect(anyAlive(running)).toBe(true);

    process.kill(running.launcher.pid, 'SIGKILL');
    await started.exited;
    await until(() => !anyAlive(running));
    expect(readRunning(meshDir)).toBeUndefined();
  });

  it('ends with 1 when a part cannot come up, in the foreground and detached', async () => {
    const variables = { ...(await freePortVariables(composeFile)), STEP_EXIT: '4' };
    for (const more of [[], ['--detach']]) {
      const failed = start(newFolder(), variables, ...more);
      expect(await failed.exited).toBe(1);
      expect(failed.output()).toContain('service: step');
    }
  });

  it('returns when a detached mesh is ready, which stop then ends', async () => {
    const meshDir = newFolder();
    const detached = start(meshDir, await freePortVariables(composeFile), '--detach');
    expect(await detached.exited).toBe(0);
    expect(detached.output()).toContain('Ready in');
    const running = readRunning(meshDir);
    if (running === undefined) throw new Error(detached.output());

    expect(await stop(meshDir)).toBe(0);
    expect(anyAlive(running)).toBe(false);
    expect(isAlive(running.launcher)).toBe(false);
  });
});
