/** The mesh where everybody signs in at the broker: started by one command, used, and attacked. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectBus } from '@tickmesh/bus';
import { commandLineSchema, loadConfig } from '@tickmesh/config';
import { PRINCIPALS } from '@tickmesh/contracts';
import { REPOSITORY_ROOT, type RunningMesh, freePortVariables, readRunning } from '@tickmesh/local';
import {
  type Ended,
  type Environment,
  jsonLines,
  meshCommand,
  runScript,
} from './support/run-process.ts';
import { newFolder } from './support/test-mesh.ts';
import { until } from './support/until.ts';

const folder = newFolder('secure');
const secrets = join(folder.path, 'data', 'secrets');
let ports: Record<string, string>;
let started: Ended;
let running: RunningMesh;
let environment: Environment;

const launcher = (script: string, ...args: string[]): Promise<Ended> =>
  runScript(['tools', 'local', script], ['--dir', folder.path, ...args], ports);
const mesh = (args: readonly string[], more: Environment = {}, input?: string): Promise<Ended> =>
  meshCommand(args, { ...environment, ...more }, input);

/** What the client of a principal is told beyond what all are. */
const as = (principal: string): Environment => ({
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: principal,
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE: join(secrets, principal, 'client-secret'),
});

/** Everything that is told to sign in with left out. */
function withoutSignIn(protocol: 'PLAINTEXT' | 'SSL'): Environment {
  const kept = Object.entries(environment).filter(
    ([name]) =>
      !name.startsWith('KAFKA_SASL') && (protocol === 'SSL' || name !== 'KAFKA_SSL_CA_LOCATION'),
  );
  return { ...Object.fromEntries(kept), KAFKA_SECURITY_PROTOCOL: protocol };
}

beforeAll(async () => {
  ports = await freePortVariables();
  started = await launcher('start.mjs', '--secure', '--detach');
  const found = readRunning(folder.path);
  if (found === undefined) throw new Error(`it does not run:\n${started.stdout}${started.stderr}`);
  running = found;
  environment = { ...ports, ...running.environment };
}, 240_000);

afterAll(async () => {
  await launcher('stop.mjs');
  folder.remove();
});

describe('The secured mesh, started by one command', () => {
  it('takes market data to an execution report', async () => {
    expect(started.code).toBe(0);
    const { code, stdout, stderr } = await mesh(['smoke', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const { stages } = JSON.parse(stdout) as { stages: { stage: string }[] };
    expect(stages.map(({ stage }) => stage).at(-1)).toBe('exec_reports');
  });

  it('gives a client without a token nothing, with TLS and without', async () => {
    const tail = ['tail', 'exec_reports', '--from', 'beginning', '--max', '1', '--json'];
    const tried = await Promise.all(
      (['PLAINTEXT', 'SSL'] as const).map((protocol) => meshCommand(tail, withoutSignIn(protocol))),
    );
    for (const { code, stdout, stderr } of tried) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('BROKER_');
    }
  });

  it('gives nothing for a token that a stranger has signed, however right it looks', async () => {
    const bus = connectBus(
      loadConfig(commandLineSchema, { ...environment, ...as('order-plane') }),
      {
        tokens: () => Promise.resolve(forgedToken('order-plane')),
      },
    );
    try {
      const { broker } = await bus.health();
      expect(broker).toMatchObject({ isUp: false, code: 'BROKER_CREDENTIALS' });
    } finally {
      await bus.close();
    }
  });

  it('lets the order plane write reports, and the strategy plane read them and no more', async () => {
    const tail = ['tail', 'exec_reports', '--from', 'beginning', '--max', '1', '--json'];
    const [report] = jsonLines((await mesh(tail, as('strategy-plane'))).stdout);
    const text = JSON.stringify(report?.['value']);
    const publish = ['publish', 'exec_reports', '--json', '-'];
    const [refused, taken] = await Promise.all([
      mesh(publish, as('strategy-plane'), text),
      mesh(publish, as('order-plane'), text),
    ]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: 'BROKER_RIGHTS' });
    expect([taken.code, taken.stderr]).toEqual([0, '']);
  });

  // Health, every right as declared, each principal within its own, a key that is turned and a mesh that goes on.
  it('does what the guide says, command by command', async () => {
    const commands = guideCommands();
    // On a busy machine one look may find a part too slow to answer it; the mesh is up when a look finds all of it so.
    let looked = '';
    await until(
      'the whole mesh is up',
      async () => {
        const { code, stdout } = await mesh(['health']);
        looked = stdout;
        return code === 0;
      },
      { withinMs: 90_000, describe: () => looked },
    );
    const ended: string[][] = [];
    for (const { line, variables, args, refusal } of commands) {
      const { code, stdout, stderr } = await mesh(args, variables());
      const isAsTold = refusal === undefined ? stderr === '' : stderr.startsWith(refusal);
      const isGood = code === (refusal === undefined ? 0 : 1) && isAsTold;
      ended.push([line, isGood ? 'as told' : `${String(code)} ${stdout}${stderr}`]);
    }
    expect(ended).toEqual(commands.map(({ line }) => [line, 'as told']));
    expect(commands.length).toBeGreaterThan(6);
    const letters = await mesh(['dlq', 'list', '--json']);
    expect([letters.code, letters.stdout]).toEqual([0, '']);
  }, 240_000);

  it('keeps secrets in files that their owner alone can read, and in no other', () => {
    const principals = Object.keys(PRINCIPALS);
    expect(readdirSync(secrets).toSorted()).toEqual(['broker', ...principals].toSorted());
    const values: string[] = [];
    for (const principal of principals) {
      expect(statSync(join(secrets, principal)).mode & 0o777).toBe(0o700);
      const file = join(secrets, principal, 'client-secret');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      values.push(readFileSync(file, 'utf8'));
    }
    expect(new Set(values).size).toBe(principals.length);
    const logs = join(folder.path, 'logs');
    const written = [
      join(folder.path, 'running.json'),
      ...readdirSync(logs).map((name) => join(logs, name)),
    ].map((file) => readFileSync(file, 'utf8'));
    expect(written.length).toBeGreaterThan(5);
    for (const value of values) expect(written.some((text) => text.includes(value))).toBe(false);
  });
});

interface GuideCommand {
  readonly line: string;
  /** With the folder of this mesh for the one of the clone. */
  readonly variables: () => Environment;
  readonly args: readonly string[];
  /** What a command that is refused says. */
  readonly refusal: string | undefined;
}

/** Every `npx mesh` of docs/guides/secure.md, in its order. */
function guideCommands(): GuideCommand[] {
  const guide = readFileSync(join(REPOSITORY_ROOT, 'docs', 'guides', 'secure.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const lines = blocks.flatMap((block) => block.split('\n'));
  return lines.flatMap((line) => {
    const [, before = '', words = '', comment = ''] =
      /^((?:[A-Z_]+=\S+ )*)npx mesh ([^#]+?)\s*(#.*)?$/.exec(line) ?? [];
    if (words === '') return [];
    const pairs = before.split(' ').filter((pair) => pair !== '');
    const variables = (): Environment =>
      Object.fromEntries(
        pairs.map((pair) => {
          const [name = '', value = ''] = pair.split('=');
          return [name, value.replace('.mesh/data/secrets', secrets)];
        }),
      );
    const refusal = /refused: (\w+)/.exec(comment)?.[1];
    return [{ line, variables, args: words.split(' '), refusal }];
  });
}

/** All that the broker looks for, and the signature of somebody else's key. */
function forgedToken(subject: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const seconds = Math.floor(Date.now() / 1_000);
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: environment['SIGN_IN_ISSUER'],
    aud: 'kafka',
    sub: subject,
    iat: seconds,
    exp: seconds + 600,
  };
  const signed = `${encode({ alg: 'RS256', kid: 'stranger', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
  return `${signed}.${signature}`;
}
