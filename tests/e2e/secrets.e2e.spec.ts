/** What is secret shows nowhere, however things go wrong: not in a log, an error, a metric, nor at the command line. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Broker,
  createAuthority,
  pickFreePort,
  securedListeners,
  startBroker,
} from '@tickmesh/local';
import type { Environment } from './support/run-process.ts';
import type { ServiceProcess } from './support/service-process.ts';
import { type TestMesh, openTestMesh } from './support/test-mesh.ts';
import { until } from './support/until.ts';

/** One for each place, so that a find says where it came from. Some are what URLs and JSON write otherwise. */
const SECRETS = {
  sasl: 'canary-sasl/=+"',
  client: 'canary-client/=+ %',
  registry: 'canary-registry',
  bearer: 'canary-bearer',
  database: 'canary-database',
  key: 'canary-key',
  token: 'canary-token',
};
const USER = 'order-plane';
const CLOSED = '127.0.0.1:1';

/** Every form in which a secret travels or is written. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams({ v: secret }).toString().slice(2);
  const texts = [secret, encodeURIComponent(secret), form];
  const pairs = texts.map((text) => `${USER}:${text}`);
  return [
    ...texts,
    JSON.stringify(secret).slice(1, -1),
    ...[...texts, ...pairs].flatMap((text) =>
      // The last characters depend on what follows.
      (['base64', 'base64url'] as const).map((encoding) =>
        Buffer.from(text).toString(encoding).replace(/=+$/, '').slice(0, -2),
      ),
    ),
  ];
}

function leaksIn(text: string): string[] {
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map(
        (form) => `${name}: ...${text.slice(Math.max(0, text.indexOf(form) - 200)).slice(0, 300)}`,
      ),
  );
}

/** Answers every request with all that it was told, and with a token of its own. */
async function startParrot(
  status: number,
): Promise<{ readonly server: Server; readonly at: string }> {
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    const plain = Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        error: plain,
        error_description: authorization,
        message: `${authorization} ${plain}`,
        access_token: `${SECRETS.token}.${Buffer.from(plain).toString('base64')}.x`,
        token_type: 'Bearer',
        expires_in: 60,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, at: `127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

let mesh: TestMesh;
let refusing: Awaited<ReturnType<typeof startParrot>>;
let granting: Awaited<ReturnType<typeof startParrot>>;
let broker: Broker;
let secured: string;

beforeAll(async () => {
  mesh = await openTestMesh('secrets');
  refusing = await startParrot(401);
  granting = await startParrot(200);
  const port = await pickFreePort();
  secured = `127.0.0.1:${String(port)}`;
  const settings = await securedListeners({
    ports: { SASL_PLAINTEXT: port },
    authority: await createAuthority(),
    folder: join(mesh.folder, 'broker', 'secrets'),
    users: { [USER]: 'another password' },
  });
  const dataDir = join(mesh.folder, 'broker');
  broker = await startBroker({ dataDir, heapMebibytes: 256, ...settings });
});

afterAll(async () => {
  for (const { server } of [refusing, granting]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await broker.stop();
  await mesh.close();
});

const password = (mechanism: string): Environment => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: USER,
  KAFKA_SASL_PASSWORD: SECRETS.sasl,
});

const tokens = (from: string): Environment => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: USER,
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: SECRETS.client,
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: `http://${from}/token`,
});

const registry = (at: string): Environment => ({
  SCHEMA_REGISTRY_URL: `http://${at}/apis/ccompat/v7`,
  SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO: `${USER}:${SECRETS.registry}`,
});

/** On the real server, as a user that it does not know. */
function database(): Environment {
  const url = new URL(mesh.environment['DATABASE_URL'] ?? '');
  url.username = USER;
  url.password = SECRETS.database;
  return { DATABASE_URL: url.href };
}

interface Case {
  readonly environment: () => Environment;
  /** What the log says when it has gone wrong. */
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'nobody answers': {
    environment: () => ({
      KAFKA_BROKERS: CLOSED,
      ...tokens(CLOSED),
      ...registry(CLOSED),
      DATABASE_URL: `postgres://${USER}:${SECRETS.database}@${CLOSED}/x`,
    }),
    says: /DATABASE_UNREACHABLE/,
  },
  'the database refuses': { environment: database, says: /DATABASE_|28P01|28000/ },
  'the provider of tokens is away': {
    environment: () => ({ KAFKA_BROKERS: secured, ...tokens(CLOSED), ...registry(CLOSED) }),
    says: /SERVICE_UNREACHABLE/,
  },
  'the provider of tokens refuses, and repeats what it was sent': {
    environment: () => ({ KAFKA_BROKERS: secured, ...tokens(refusing.at), ...registry(CLOSED) }),
    says: /BROKER_CREDENTIALS/,
  },
  'the provider of tokens gives what is none': {
    environment: () => ({ KAFKA_BROKERS: secured, ...tokens(granting.at), ...registry(CLOSED) }),
    says: /BROKER_CREDENTIALS/,
  },
  'the broker refuses a password': {
    environment: () => ({ KAFKA_BROKERS: secured, ...password('PLAIN') }),
    says: /BROKER_CREDENTIALS/,
  },
  'the broker refuses a proof': {
    environment: () => ({ KAFKA_BROKERS: secured, ...password('SCRAM-SHA-512') }),
    says: /BROKER_CREDENTIALS/,
  },
  'the registry refuses, and repeats what it was sent': {
    environment: () => registry(refusing.at),
    says: /REGISTRY_CREDENTIALS/,
  },
  'the registry refuses a bearer token': {
    environment: () => ({
      SCHEMA_REGISTRY_URL: `http://${refusing.at}/apis/ccompat/v7`,
      SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: SECRETS.bearer,
    }),
    says: /REGISTRY_CREDENTIALS/,
  },
  'the configuration contradicts itself': {
    environment: () => ({
      ...password('ROT13'),
      ...database(),
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: SECRETS.client,
      KAFKA_SSL_KEY_PASSWORD: SECRETS.key,
      SCHEMA_REGISTRY_URL: `http://${USER}:${SECRETS.registry}@${CLOSED}`,
      SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: SECRETS.bearer,
    }),
    says: /config.refused/,
  },
};

/** Whatever a service answers to those who may look at it; nothing once it has ended. */
async function pagesOf(service: ServiceProcess): Promise<string> {
  const pages = ['/metrics', '/health/ready', '/health/live', '/info'].map(async (path) => {
    const answer = await fetch(`${service.url}${path}`).catch(() => undefined);
    return answer === undefined ? '' : await answer.text();
  });
  return (await Promise.all(pages)).join('\n');
}

/** `doctor` reads the configuration alone: nobody's answer changes what it says. */
const CONFIGURED = ['nobody answers', 'the configuration contradicts itself'];
const ASKING = [
  ['health', '--json'],
  ['topics', 'list'],
];

async function commandsWith(name: string, environment: Environment): Promise<string> {
  const commands = CONFIGURED.includes(name) ? [['doctor', '--json'], ...ASKING] : ASKING;
  const ended = await Promise.all(
    commands.map(async (args) => ({ args, ...(await mesh.mesh(args, undefined, environment)) })),
  );
  for (const { args, stdout, stderr } of ended) {
    if (`${stdout}${stderr}` === '') throw new Error(`mesh ${args.join(' ')} says nothing`);
  }
  return ended.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
}

async function serviceWith(environment: Environment, says: RegExp): Promise<string> {
  const service = await mesh.start('order-plane/main', environment);
  await until(`the log says ${String(says)}`, () => says.test(service.output()), {
    describe: () => service.output().slice(-3000),
  });
  const pages = await pagesOf(service);
  await service.kill();
  return `${service.output()}\n${pages}`;
}

describe('Secrets', () => {
  it.each(Object.keys(CASES))('show nowhere when %s', async (name) => {
    const { environment, says } = CASES[name]!;
    const variables = { LOG_LEVEL: 'debug', ...environment() };
    const [service, commands] = await Promise.all([
      serviceWith(variables, says),
      commandsWith(name, variables),
    ]);
    expect(leaksIn(`${service}\n${commands}`)).toEqual([]);
  });

  it('are found by this test where they do show', () => {
    for (const secret of Object.values(SECRETS)) {
      const basic = Buffer.from(`${USER}:${secret}`).toString('base64');
      for (const text of [`x ${secret} y`, `Basic ${basic}`, JSON.stringify({ secret })]) {
        expect(leaksIn(text)).not.toEqual([]);
      }
    }
  });
});
