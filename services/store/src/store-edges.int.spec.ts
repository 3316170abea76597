/** The store over gRPC and HTTP: real sockets, real tokens. */
import { type AddressInfo, createServer } from 'node:net';
import { type ServiceError, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { type Caller, type RunningService, bootService, protoPathOf } from '@tickmesh/nest';
import { signedCalls } from '@tickmesh/nest/testing';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { STORE_CALLS } from './edge/store.grpc.ts';
import { STORE_PAGE, StoreModule } from './store.module.ts';
import { openStreams } from './store-streams.ts';
import { type StoreRig, openStoreRig, systemMicros } from './testing/rig.ts';

type Answer = Readonly<Record<string, unknown>>;
type Call = (request: object, answer: (error: ServiceError | null, value: Answer) => void) => void;
type Client = Readonly<Record<string, Call>> & { close(): void };

const ALICE: Caller = { name: 'alice', roles: ['trader'] };
const BOB: Caller = { name: 'bob', roles: ['viewer'] };
const RITA: Caller = { name: 'rita', roles: ['risk_manager'] };

let rig: StoreRig;
let issuer: TestIssuer;
let service: RunningService;
let grpcPort: number;
const clients = new Map<string, Client>();

beforeAll(async () => {
  rig = await openStoreRig();
  issuer = await TestIssuer.open();
  grpcPort = await freePort();
  const config = loadConfig(storeSchema, { ...rig.environment, ...issuer.environment });
  const http = { ...config.http, httpPort: 0, grpcPort };
  service = await bootService({
    name: 'store',
    config: { ...config, http },
    grpc: STORE_CALLS,
    openApi: STORE_PAGE,
    module: () =>
      StoreModule.serving(rig.store, openStreams(rig.config, rig.store, { clock: systemMicros })),
    writeLog: () => undefined,
  });
});

afterAll(async () => {
  for (const client of clients.values()) client.close();
  await service.stop('the test is over');
  await issuer.close();
  await rig.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function clientOf(caller: Caller): Promise<Client> {
  const known = clients.get(caller.name);
  if (known !== undefined) return known;
  const definition = loadSync(protoPathOf('tickmesh/store/v1/store.proto'), {
    keepCase: true,
    enums: String,
    longs: String,
    arrays: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tickmesh: { store: { v1: { StoreService: new (...of: unknown[]) => Client } } };
  };
  const { StoreService } = loaded.tickmesh.store.v1;
  const interceptors = [signedCalls(await issuer.headersFor(caller))];
  const at = `127.0.0.1:${grpcPort}`;
  const client = new StoreService(at, credentials.createInsecure(), { interceptors });
  clients.set(caller.name, client);
  return client;
}

async function rpc(caller: Caller, method: string, request: object): Promise<Answer> {
  const client = await clientOf(caller);
  return new Promise((resolve, reject) => {
    client[method]?.(request, (error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

const faultCode = (caller: Caller, method: string, request: object): Promise<unknown> =>
  rpc(caller, method, request).then(
    () => 'answered',
    (error: unknown) => (error as ServiceError).metadata.get('tickmesh-fault-code')[0],
  );

async function http(caller: Caller, call: string, body?: object) {
  const [method = '', path = ''] = call.split(' ');
  const headers = { ...(await issuer.headersFor(caller)), 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${service.httpPort}${path}`, {
    method,
    headers: body === undefined ? { authorization: headers.authorization } : headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

const DATA = { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY' };
const data_json = JSON.stringify(DATA);
const entity_type = 'Trade';
const seconds = (text: string) => ({ seconds: String(Date.parse(text) / 1_000), nanos: 0 });

describe('over gRPC', () => {
  it('an entity is written, corrected, read at both times, and deleted', async () => {
    const from = seconds('2026-02-22T10:00:00Z');
    const { event } = await rpc(ALICE, 'Write', { entity_type, data_json, valid: { from } });
    expect(event).toMatchObject({
      version: '1',
      event_type: 'EVENT_TYPE_CREATED',
      owner: 'alice',
      state: '',
      valid_from: from,
    });
    const { entity_id, tx_time } = event as Answer;
    const better = JSON.stringify({ ...DATA, price: 229 });
    const change = { entity_id, expected_version: 1, data_json: better, valid: { from } };
    const fixed = await rpc(ALICE, 'Update', change);
    expect(fixed['event']).toMatchObject({ version: '2', event_type: 'EVENT_TYPE_CORRECTED' });
    expect(await faultCode(ALICE, 'Update', change)).toBe('VERSION_CONFLICT');
    const then = await rpc(ALICE, 'AsOf', { entity_id, at: { tx_time, valid_time: from } });
    expect((then['event'] as Answer)['version']).toBe('1');
    const { events, has_more } = await rpc(ALICE, 'History', { entity_id });
    expect([(events as Answer[]).map(({ version }) => version), has_more]).toEqual([
      ['1', '2'],
      false,
    ]);
    const audit = await rpc(ALICE, 'Audit', { entity_id, after_version: 1 });
    expect(audit['entries']).toMatchObject([{ version: '2', changed_by: 'alice' }]);
    await rpc(ALICE, 'Delete', { entity_id, expected_version: 2 });
    expect(await faultCode(ALICE, 'Read', { entity_id })).toBe('NOT_FOUND');
    const gone = await rpc(ALICE, 'AsOf', { entity_id, include_deleted: true });
    expect(gone['event']).toMatchObject({ event_type: 'EVENT_TYPE_DELETED' });
  });

  it('batches, queries, counts, types and shares are served', async () => {
    const writes = [1, 2, 3].map((price) => ({
      entity_type: 'Signal',
      data_json: JSON.stringify({
        symbol: `S${price}`,
        direction: 'LONG',
        strength: price / 10,
        model_name: 'm',
      }),
    }));
    const made = await rpc(RITA, 'WriteMany', { writes });
    const [first] = made['events'] as readonly Answer[];
    const asking = { entity_type: 'Signal', filter: 'strength > 0.15', page_size: 1 };
    const page = await rpc(RITA, 'Query', asking);
    expect(page['events']).toHaveLength(1);
    const rest = await rpc(RITA, 'Query', { ...asking, page_token: page['next_page_token'] });
    expect([(rest['events'] as Answer[]).length, rest['next_page_token']]).toEqual([1, '']);
    expect(await rpc(RITA, 'Count', asking)).toEqual({ count: '2' });
    expect(await rpc(RITA, 'ListTypes', {})).toEqual({
      types: [{ entity_type: 'Signal', count: '3' }],
    });
    const share = { entity_id: first?.['entity_id'], grantee: 'bob', right: 'RIGHT_READ' };
    expect(await faultCode(BOB, 'Read', share)).toBe('NOT_FOUND');
    expect(await rpc(RITA, 'Share', share)).toEqual({ changed: true });
    expect(await rpc(BOB, 'ListShares', share)).toEqual({
      owner: 'rita',
      readers: ['bob'],
      writers: [],
    });
    expect(await rpc(BOB, 'Count', {})).toEqual({ count: '1' });
    expect(await rpc(RITA, 'Unshare', share)).toEqual({ changed: true });
    expect(await faultCode(BOB, 'ListShares', share)).toBe('NOT_FOUND');
    expect(await faultCode(RITA, 'Share', { ...share, right: 0 })).toBe('ARGUMENT_INVALID');
  });

  it('a transition asks for the role before it looks at anything else', async () => {
    const order = JSON.stringify({ ...DATA, quantity: 0, order_type: 'LIMIT' });
    const { event } = await rpc(ALICE, 'Write', { entity_type: 'Order', data_json: order });
    const { entity_id } = event as Answer;
    const wish = { entity_id, expected_version: 1 };
    const to = (to_state: string) => ({ ...wish, to_state });
    expect(await faultCode(ALICE, 'Transition', to('SETTLED'))).toBe('TRANSITION_INVALID');
    expect(await faultCode(ALICE, 'Transition', to('CANCELLED'))).toBe('TRANSITION_NOT_PERMITTED');
    expect(await faultCode(ALICE, 'Transition', to('FILLED'))).toBe('GUARD_FAILED');
    expect(await faultCode(RITA, 'Transition', to('CANCELLED'))).toBe('NOT_FOUND');
    await rpc(ALICE, 'Share', { entity_id, grantee: 'rita', right: 'RIGHT_WRITE' });
    const { event: cancelled } = await rpc(RITA, 'Transition', to('CANCELLED'));
    expect(cancelled).toMatchObject({ state: 'CANCELLED', event_type: 'EVENT_TYPE_STATE_CHANGE' });
    const { entries } = await rpc(ALICE, 'Audit', { entity_id, after_version: 1 });
    expect(entries).toMatchObject([
      {
        changed_by: 'rita',
        state_change: {
          from_state: 'PENDING',
          to_state: 'CANCELLED',
          guard: '',
          allowed_by: ['risk_manager'],
        },
      },
    ]);
  });

  it('a transition under a key is answered again as it was, to its caller alone, over both transports', async () => {
    const order = JSON.stringify({ ...DATA, order_type: 'LIMIT' });
    const { event } = await rpc(ALICE, 'Write', { entity_type: 'Order', data_json: order });
    const { entity_id } = event as Answer;
    const wish = { entity_id, expected_version: 1, to_state: 'FILLED', key: 'fill-1' };
    const first = await rpc(ALICE, 'Transition', wish);
    await rpc(ALICE, 'Transition', { ...wish, expected_version: 2, to_state: 'SETTLED', key: '' });
    expect(await rpc(ALICE, 'Transition', wish)).toEqual(first);
    const { entity_id: _, ...body } = wish;
    const call = `POST /entities/${String(entity_id)}/transitions`;
    const repeated = await http(ALICE, call, body);
    expect([repeated.status, repeated.body['workflow_id']]).toEqual([200, null]);
    expect(repeated.body['event']).toMatchObject({ version: 2, state: 'FILLED' });
    for (const other of [
      { to_state: 'CANCELLED' },
      { expected_version: 3 },
      { data_json: order },
      { valid: { from: { seconds: 1 } } },
    ]) {
      expect(await faultCode(ALICE, 'Transition', { ...wish, ...other })).toBe('ARGUMENT_INVALID');
    }
    for (const key of ['two words', 'k'.repeat(201), 'zero\0', 'ключ']) {
      expect(await faultCode(ALICE, 'Transition', { ...wish, key })).toBe('ARGUMENT_INVALID');
    }
    const batch = { transitions: [{ ...wish, key: 'fill-2' }] };
    expect(await faultCode(ALICE, 'TransitionMany', batch)).toBe('ARGUMENT_INVALID');
    const { events } = await rpc(ALICE, 'History', { entity_id });
    expect(events).toHaveLength(3);
    expect(await faultCode(RITA, 'Transition', wish)).toBe('NOT_FOUND');
    await rpc(ALICE, 'Share', { entity_id, grantee: 'rita', right: 'RIGHT_WRITE' });
    expect(await faultCode(RITA, 'Transition', wish)).toBe('VERSION_CONFLICT');
  });

  it('who may only look cannot write, and nobody is nobody', async () => {
    expect(await faultCode(BOB, 'Write', { entity_type, data_json })).toBe('NOT_ALLOWED');
    const nobody = { name: 'nemo', roles: [] };
    expect(await faultCode(nobody, 'Count', {})).toBe('NOT_ALLOWED');
    expect(await faultCode(ALICE, 'Write', { entity_type, data_json: '[1]' })).toBe(
      'ARGUMENT_INVALID',
    );
    expect(await faultCode(ALICE, 'Read', { entity_id: "x' or 1=1" })).toBe('ARGUMENT_INVALID');
  });

  it("a subscriber's place is its owner's", async () => {
    const named = { subscriber: 'desk' };
    expect(await rpc(ALICE, 'GetCheckpoint', named)).toEqual({ cursor: '' });
    const place = { position: 7n, txTime: 1_000 };
    const cursor = rig.store.checkpoints.cursorOf(ALICE, place);
    await rpc(ALICE, 'SetCheckpoint', { ...named, cursor });
    const held = await rpc(ALICE, 'GetCheckpoint', named);
    expect(rig.store.checkpoints.placeOf(ALICE, held['cursor'] as string)).toEqual(place);
    expect(await rpc(BOB, 'GetCheckpoint', named)).toEqual({ cursor: '' });
    expect(await faultCode(BOB, 'SetCheckpoint', { ...named, cursor })).toBe('ARGUMENT_INVALID');
  });
});

describe('over HTTP', () => {
  it('the same operations are served', async () => {
    const body = { entity_type, data: DATA, valid_from: '2026-02-22T10:00:00Z', key: 'h1' };
    const made = await http(ALICE, 'POST /entities', body);
    expect(made).toMatchObject({ status: 201, body: { version: 1, event_type: 'CREATED' } });
    const again = await http(ALICE, 'POST /entities', body);
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'VERSION_CONFLICT' } } });
    const id = made.body['entity_id'] as string;
    const data = { ...DATA, price: 229 };
    const change = { expected_version: 1, data, valid_from: '2026-02-22T10:00:00Z' };
    const fixed = await http(ALICE, `PUT /entities/${id}`, change);
    expect(fixed).toMatchObject({ status: 200, body: { event_type: 'CORRECTED', version: 2 } });
    const at = `tx_time=${String(made.body['tx_time'])}&valid_time=2026-02-22T12:00:00Z`;
    const then = await http(ALICE, `GET /entities/${id}/as-of?${at}`);
    expect(then.body).toMatchObject({ version: 1, data: { price: 228.5 } });
    const found = await http(ALICE, `GET /entities?entity_type=Trade&filter=price>228.9`);
    expect(found.body['events']).toMatchObject([{ entity_id: id, version: 2 }]);
    expect((await http(ALICE, 'GET /count?entity_type=Trade')).body).toEqual({ count: '1' });
    const share = `/entities/${id}/shares/bob/read`;
    expect((await http(BOB, `GET /entities/${id}`)).status).toBe(404);
    expect((await http(ALICE, `PUT ${share}`)).body).toEqual({ changed: true });
    expect((await http(BOB, `GET /entities/${id}`)).status).toBe(200);
    expect((await http(ALICE, `DELETE ${share}`)).body).toEqual({ changed: true });
    const history = await http(ALICE, `GET /entities/${id}/history?page_size=1`);
    expect(history.body).toMatchObject({ has_more: true, events: [{ version: 1 }] });
    const gone = await http(ALICE, `DELETE /entities/${id}?expected_version=2`);
    expect(gone.body).toMatchObject({ event_type: 'DELETED' });
    expect((await http(ALICE, `GET /entities/${id}/audit`)).body['entries']).toHaveLength(3);
  });

  it('what is malformed is refused by name', async () => {
    const refused = async (call: string, body?: object) => {
      const answer = await http(ALICE, call, body);
      const { code, details } = answer.body['error'] as { code: string; details: Answer };
      return [answer.status, code, details['name']];
    };
    const naive = { entity_type, data: DATA, valid_from: '2026-02-22T10:00:00' };
    expect(await refused('POST /entities', naive)).toEqual([400, 'ARGUMENT_INVALID', 'valid_from']);
    expect(await refused('POST /entities', { ...naive, colour: 1 })).toEqual([
      400,
      'ARGUMENT_INVALID',
      'colour',
    ]);
    expect(await refused('GET /entities')).toEqual([400, 'ARGUMENT_INVALID', 'entity_type']);
    expect(await refused('POST /batches/writes', { writes: 1 })).toEqual([
      400,
      'ARGUMENT_INVALID',
      'writes',
    ]);
  });

  it('the calls are described at /docs', async () => {
    const page = await fetch(`http://127.0.0.1:${service.httpPort}/docs/json`);
    const { paths } = (await page.json()) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain('/entities/{entityId}/as-of');
  });
});
