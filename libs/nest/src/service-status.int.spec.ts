/** What a service says of itself over gRPC, with a real broker behind it. */
import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { type ServiceError, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectBus } from '@tickmesh/bus';
import { dataPlaneSchema, loadConfig } from '@tickmesh/config';
import type { RawFrame } from '@tickmesh/contracts';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { STATUS_ALONE } from './grpc-server.ts';
import { type RunningService, bootService, protoPathOf } from './index.ts';
import type { StatusAnswer } from './service-status.ts';
import { EchoModule } from './testing/echo-service.ts';
import { signedCalls } from './testing/index.ts';

const opened: RunningService[] = [];
let issuer: TestIssuer;
let headers: { readonly authorization: string };

beforeAll(async () => {
  issuer = await TestIssuer.open();
  headers = await issuer.headersFor({ name: 'olga', roles: ['viewer'] });
});

afterAll(() => issuer.close());

afterEach(async () => {
  for (const service of opened.splice(0)) await service.stop('the test is over');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface StatusClient {
  GetStatus(
    request: object,
    answer: (error: ServiceError | null, value: StatusAnswer) => void,
  ): void;
  close(): void;
}

/** Asks until the answer is as wanted: a status is kept for half a second. */
async function statusOf(
  grpcPort: number,
  isWanted: (status: StatusAnswer) => boolean = () => true,
): Promise<StatusAnswer> {
  const definition = loadSync(protoPathOf('tickmesh/mesh/v1/mesh.proto'), {
    keepCase: true,
    enums: String,
    longs: String,
    defaults: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tickmesh: {
      mesh: {
        v1: {
          StatusService: new (address: string, security: unknown, options: object) => StatusClient;
        };
      };
    };
  };
  const client = new loaded.tickmesh.mesh.v1.StatusService(
    `127.0.0.1:${grpcPort}`,
    credentials.createInsecure(),
    { interceptors: [signedCalls(headers)] },
  );
  try {
    for (;;) {
      const status = await new Promise<StatusAnswer>((resolve, reject) => {
        client.GetStatus({}, (error, value) => {
          if (error === null) resolve(value);
          else reject(error);
        });
      });
      if (isWanted(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    client.close();
  }
}

const frame = (sequence: number): RawFrame => ({
  exchange: 'BINANCE',
  symbol: 'BTCUSDT',
  connection_id: 'one',
  connection_sequence: sequence,
  kind: 'HEARTBEAT',
  stream: null,
  received_at: 1_700_000_000_000_000,
  received_at_ns: 1_700_000_000_000_000_000n,
  venue_time: null,
  venue_sequence: null,
  time_shift_micros: 0,
  historical: false,
  payload: Buffer.alloc(0),
});

describe('the status of a service', () => {
  it('tells which partitions it owns and how far it is', async () => {
    const prefix = `status_${randomUUID().slice(0, 8)}.`;
    const config = loadConfig(dataPlaneSchema, {
      KAFKA_BROKERS: process.env['TICKMESH_TEST_KAFKA'] ?? '',
      SCHEMA_REGISTRY_URL: `${process.env['TICKMESH_TEST_REGISTRY'] ?? ''}/apis/ccompat/v7`,
      LOG_LEVEL: 'fatal',
      ...issuer.environment,
    });
    const http = { ...config.http, httpPort: 0, grpcPort: await freePort() };
    const bus = connectBus({ ...config, topicPrefix: prefix });
    await bus.topics.create(['market_raw']);
    await bus.registerSchemas(['market_raw']);
    for (const sequence of [1, 2, 3]) {
      const headers = { event_id: `e/${sequence}`, run_id: 'test', mode: 'replay' } as const;
      await bus.publisher.publish({ topic: 'market_raw', value: frame(sequence), headers });
    }
    const consumer = bus.consumer({
      groupId: `${prefix}data-plane`,
      topics: ['market_raw'],
      assignment: 'co-partitioned',
      ordering: 'partition',
      fallback: 'earliest',
      batchRecordsMax: 10,
      handle: () => Promise.resolve(),
    });
    const service = await bootService({
      name: 'data-plane',
      config: { ...config, http },
      grpc: STATUS_ALONE,
      writeLog: () => undefined,
      module: ({ lifecycle, status, logger, health }) => {
        lifecycle.onStop('producers', 'bus', () => bus.close());
        lifecycle.onStart('consumer', () => consumer.start());
        health.depend('kafka', async () => (await bus.health()).broker);
        status.watch(bus);
        return EchoModule.with(logger);
      },
    });
    opened.push(service);
    const status = await statusOf(http.grpcPort, ({ partitions }) =>
      partitions.some(({ next_offset: next }) => next === '3'),
    );
    expect(status).toMatchObject({
      name: 'data-plane',
      state: 'SERVICE_STATE_RUNNING',
      reason: '',
      dependencies: [
        { name: 'kafka', address: process.env['TICKMESH_TEST_KAFKA'], up: true, error_code: '' },
      ],
    });
    const read = status.partitions.filter(({ end_offset: end }) => end === '3');
    expect(read).toEqual([
      {
        topic: 'market_raw',
        partition: read[0]?.partition,
        consumer_group: `${prefix}data-plane`,
        next_offset: '3',
        end_offset: '3',
        lag_records: '0',
        paused: false,
      },
    ]);
  });

  it('says what is down, since when it runs, and that it waits', async () => {
    const config = loadConfig(dataPlaneSchema, { LOG_LEVEL: 'fatal', ...issuer.environment });
    const http = { ...config.http, httpPort: 0, grpcPort: await freePort() };
    let isUp = true;
    const before = Math.floor(Date.now() / 1_000);
    const service = await bootService({
      name: 'echo',
      config: { ...config, http },
      grpc: STATUS_ALONE,
      writeLog: () => undefined,
      module: ({ logger, health }) => {
        health.depend('postgres', () =>
          isUp ? { isUp } : { isUp, reason: 'gone', code: 'DATABASE_UNREACHABLE' },
        );
        return EchoModule.with(logger);
      },
    });
    opened.push(service);
    const first = await statusOf(http.grpcPort);
    expect(first).toMatchObject({ state: 'SERVICE_STATE_RUNNING', version: '0.1.0' });
    expect(Number(String(first.started_at.seconds))).toBeGreaterThanOrEqual(before);
    isUp = false;
    const second = await statusOf(http.grpcPort, ({ state }) => state !== first.state);
    expect(second).toMatchObject({
      state: 'SERVICE_STATE_DEGRADED',
      reason: 'postgres: gone',
      dependencies: [{ name: 'postgres', up: false, error_code: 'DATABASE_UNREACHABLE' }],
      instance_id: first.instance_id,
    });
  });
});
