/** The gRPC calls of the order plane, over real sockets. */
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type ServiceError, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import { parseDecimal } from '@tickmesh/kernel';
import { type RunningService, bootService, protoPathOf } from '@tickmesh/nest';
import { signedCalls } from '@tickmesh/nest/testing';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { ORDER_CALLS } from './edge/orders.grpc.ts';
import { OrderPlaneModule } from './order-plane.module.ts';
import { type Rig, openRig } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const UNIMPLEMENTED = 12;

type Answer = Readonly<Record<string, unknown>>;
type Call = (
  request: object,
  answer: (error: ServiceError | null, value: Answer) => void,
) => unknown;
type Client = Readonly<Record<string, Call>> & { close(): void };

let rig: Rig;
let service: RunningService;
let client: Client;

let issuer: TestIssuer;
let headers: { readonly authorization: string };

beforeAll(async () => {
  issuer = await TestIssuer.open();
  headers = await issuer.headersFor({ name: 'ann', roles: ['trader', 'risk_manager'] });
});

afterAll(() => issuer.close());

beforeEach(async () => {
  rig = await openRig(LIMITS);
  const parts = await rig.open();
  const config = loadConfig(orderPlaneSchema, { LOG_LEVEL: 'fatal', ...issuer.environment });
  const grpcPort = await freePort();
  service = await bootService({
    name: 'order-plane',
    config: { ...config, http: { ...config.http, httpPort: 0, grpcPort } },
    grpc: ORDER_CALLS,
    module: () => OrderPlaneModule.serving(parts),
    writeLog: () => undefined,
  });
  client = clientAt(grpcPort);
});

afterEach(async () => {
  client.close();
  await service.stop('the test is over');
  await rig.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function clientAt(port: number): Client {
  const definition = loadSync(protoPathOf('tickmesh/order/v1/orders.proto'), {
    keepCase: true,
    enums: String,
    longs: String,
    arrays: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tickmesh: {
      order: { v1: { OrderService: new (at: string, by: unknown, options: object) => Client } };
    };
  };
  const { OrderService } = loaded.tickmesh.order.v1;
  return new OrderService(`127.0.0.1:${port}`, credentials.createInsecure(), {
    interceptors: [signedCalls(headers)],
  });
}

const ask = (method: string, request: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    client[method]?.(request, (error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });

const statusOf = (method: string, request: object): Promise<number> =>
  ask(method, request).then(
    () => 0,
    (error: unknown) => (error as ServiceError).code,
  );

describe('over gRPC', () => {
  it('an order is shown with its life and the checks that it passed', async () => {
    await rig.quote();
    const id = await rig.intent({ name: 'buy' });
    await rig.reported(id, 'FILLED');
    const found = await ask('GetOrder', { intent_id: id });
    expect(found['order']).toMatchObject({
      intent_id: id,
      status: 'ORDER_STATUS_FILLED',
      filled_quantity: '10',
      remaining_quantity: '0',
      commission_currency: 'USD',
      terms: { symbol: 'AAPL', exchange: 'SIM', direction: 'DIRECTION_BUY', quantity: '10' },
      fills: [{ quantity: '10' }],
    });
    const life = found['life'] as readonly Answer[];
    expect(life.map(({ kind, status }) => [kind, status])).toEqual([
      ['intent', 'ORDER_STATUS_RECEIVED'],
      ['decision', 'ORDER_STATUS_APPROVED'],
      ['sending', 'ORDER_STATUS_SUBMITTED'],
      ['acknowledged', 'ORDER_STATUS_ACCEPTED'],
      ['fill', 'ORDER_STATUS_FILLED'],
    ]);
    expect(found['checks']).toContainEqual(
      expect.objectContaining({ code: 'MAX_ORDER_QTY', passed: true, observed: 'quantity 10' }),
    );
    const { order_id } = found['order'] as Answer;
    expect((await ask('GetOrder', { order_id }))['order']).toEqual(found['order']);
  });

  it('orders are listed by page and filter, and the position stands beside its fees', async () => {
    await rig.quote();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const id = await rig.intent({ name, quantity: parseDecimal('1') });
      await rig.reported(id, 'FILLED');
      await rig.quote();
      ids.unshift(id);
    }
    const idsOf = (answer: Answer): unknown[] =>
      (answer['orders'] as readonly Answer[]).map(({ intent_id: id }) => id);
    const first = await ask('ListOrders', { account: 'PAPER-1', page_size: 2 });
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const token = first['next_page_token'];
    const rest = await ask('ListOrders', { page_size: 2, page_token: token });
    expect([idsOf(rest), rest['next_page_token']]).toEqual([ids.slice(2), '']);
    expect(idsOf(await ask('ListOrders', { open_only: true }))).toEqual([]);
    expect(idsOf(await ask('ListOrders', { statuses: ['ORDER_STATUS_FILLED'] }))).toEqual(ids);
    const { positions } = await ask('ListPositions', { symbol: 'AAPL' });
    expect(positions).toMatchObject([
      {
        account: 'PAPER-1',
        symbol: 'AAPL',
        quantity: '3',
        currency: 'USD',
        open_buy_quantity: '0',
      },
    ]);
  });

  it('limits name their checks, and a kill switch that is thrown is listed', async () => {
    const limits = await ask('GetLimits', { account: 'PAPER-1' });
    expect(limits).toMatchObject({ version: '7' });
    expect(limits['limits']).toContainEqual({
      code: 'MAX_ORDER_QTY',
      scope: { level: 'SCOPE_LEVEL_FIRM', id: '' },
      allowed: '1000',
      used: '',
      unit: 'base units',
    });
    const held = { level: 'account', scope: 'PAPER-1', by: 'ann', reason: 'drill' };
    await fetch(`http://127.0.0.1:${service.httpPort}/halt`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(held),
    });
    const { kill_switches: switches } = await ask('ListKillSwitches', {});
    expect(switches).toMatchObject([
      {
        scope: { level: 'SCOPE_LEVEL_ACCOUNT', id: 'PAPER-1' },
        thrown: true,
        thrown_by: 'ann',
        reason: 'drill',
      },
    ]);
  });

  it('what is malformed, absent or not served ends in its canonical status', async () => {
    expect(await statusOf('GetOrder', { intent_id: 'nonsense' })).toBe(3);
    expect(await statusOf('GetOrder', {})).toBe(3);
    expect(await statusOf('GetOrder', { order_id: 'nobody' })).toBe(5);
    expect(await statusOf('ListOrders', { page_size: 9_999 })).toBe(3);
    expect(await statusOf('ListOrders', { page_token: 'x' })).toBe(3);
    expect(await statusOf('GetLimits', { account: 'NOBODY' })).toBe(5);
    expect(await statusOf('SubmitOrder', {})).toBe(UNIMPLEMENTED);
    expect(await statusOf('RearmKillSwitch', {})).toBe(UNIMPLEMENTED);
  });
});
