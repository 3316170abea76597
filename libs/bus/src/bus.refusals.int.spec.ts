import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Authority,
  type Broker,
  createAuthority,
  pickFreePort,
  securedListeners,
  startBroker,
} from '@tickmesh/local';
import { type Bus, connectBus } from './bus.ts';
import type { BusKafkaConfig, BusTls } from './config.ts';
import { kafkaConfig } from './testing/harness.ts';
import { defaults } from './testing/members.ts';
import { partsFromEnvironment } from './testing/parts.ts';

const NO_TLS: BusTls = { ca: undefined, cert: undefined, key: undefined, keyPassword: undefined };
const USER = 'desk';

describe('A broker and a client that do not trust each other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickmesh-refusals-'));
  const opened: Bus[] = [];
  let broker: Broker;
  let authority: Authority;
  let ports: { readonly SSL: number; readonly SASL_SSL: number };

  beforeAll(async () => {
    authority = await createAuthority();
    ports = { SSL: await pickFreePort(), SASL_SSL: await pickFreePort() };
    const settings = await securedListeners({
      ports,
      authority,
      folder: join(folder, 'secrets'),
      users: { desk: 'the right word' },
    });
    broker = await startBroker({ dataDir: folder, heapMebibytes: 256, ...settings });
  });
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
  });
  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (protocol: 'SSL' | 'SASL_SSL', security: Partial<BusKafkaConfig>): Bus => {
    const at = kafkaConfig(`127.0.0.1:${ports[protocol]}`);
    const kafka = { ...at, securityProtocol: protocol, ...security };
    const bus = connectBus({ kafka, registry: { url: partsFromEnvironment().registryUrl } });
    opened.push(bus);
    return bus;
  };
  const sasl = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', username = USER) =>
    open('SASL_SSL', {
      tls: { ...NO_TLS, ca: authority.certificate },
      sasl: { mechanism, username, password: 'a wrong word' },
    });

  it('say so when the client shows no certificate', async () => {
    const bus = open('SSL', { tls: { ...NO_TLS, ca: authority.certificate } });
    expect((await bus.health()).broker).toMatchObject({ isUp: false, code: 'BROKER_CREDENTIALS' });
  });

  it('say so when its certificate is of another authority', async () => {
    const stranger = await (await createAuthority()).issue({ name: 'desk', usage: 'client' });
    const bus = open('SSL', {
      tls: { ...NO_TLS, ca: authority.certificate, cert: stranger.certificate, key: stranger.key },
    });
    expect((await bus.health()).broker).toMatchObject({ isUp: false, code: 'BROKER_CREDENTIALS' });
  });

  it('say so when the broker is one of another authority', async () => {
    const { certificate } = await createAuthority('elsewhere');
    const bus = open('SSL', { tls: { ...NO_TLS, ca: certificate } });
    expect((await bus.health()).broker).toMatchObject({ isUp: false, code: 'BROKER_UNTRUSTED' });
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'say so when the password is wrong, and when nobody has that name: %s',
    async (mechanism) => {
      for (const bus of [sasl(mechanism), sasl(mechanism, 'nobody')]) {
        await expect(bus.topics.list()).rejects.toMatchObject({
          code: 'BROKER_CREDENTIALS',
          details: { message: expect.stringContaining('Authentication failed') },
        });
      }
    },
  );

  it('let no consumer start, which says why instead of trying for ever', async () => {
    const bus = sasl('SCRAM-SHA-256');
    const consumer = bus.consumer({ ...defaults('g'), handle: () => Promise.resolve() });
    await expect(consumer.start()).rejects.toMatchObject({ code: 'BROKER_CREDENTIALS' });
    expect(consumer.state().phase).toBe('failed');
  });
});
