/** Workflows that transitions start: from the row in the transaction to the engine, over a death in between. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Processes } from './testing/processes.ts';
import { type StoreRig, codeOf, openStoreRig, person } from './testing/rig.ts';
import { until } from './testing/served.ts';
import { SETTLING } from './testing/settling.ts';

const alice = person('alice');
const processes = new Processes();
let rig: StoreRig;

beforeAll(async () => {
  rig = await openStoreRig({ entities: SETTLING });
  await rig.admin.query(
    `create table public.settled (key text primary key, entity_id text, version bigint, requested_by text);
     grant select, insert on public.settled to ${rig.serviceRole}`,
  );
});
afterEach(() => processes.killAll());
afterAll(() => rig.close());

const runWorkflows = (more: Readonly<Record<string, string>> = {}) =>
  processes.ready('workflows-process.ts', {
    ...rig.environment,
    STORE_POLL_INTERVAL_MS: '50',
    ...more,
  });

const data = { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY', order_type: 'LIMIT' };

async function filled(): Promise<readonly [entityId: string, workflowId: string]> {
  const { log } = rig.store;
  const { entityId } = await log.write(alice, { entityType: 'Order', data });
  const wish = { entityId, expectedVersion: 1, toState: 'FILLED' };
  const { workflowId } = await log.transition(alice, wish);
  return [entityId, workflowId ?? ''];
}

const settled = () =>
  rig.admin.query(`select entity_id, version, requested_by from public.settled`);

describe('a workflow that a transition starts', () => {
  it('runs once, also when the process dies between the start and its mark', async () => {
    const [entityId, workflowId] = await filled();
    const { died } = await runWorkflows({ CRASH_AT: 'outbox.after_start' });
    expect(await died).toBe('SIGKILL');
    const waiting = await rig.admin.query(
      `select workflow_id from store.workflow_outbox where started_at is null`,
    );
    expect(waiting).toEqual([{ workflow_id: workflowId }]);
    await runWorkflows();
    await until('the row was marked', async () => {
      const rows = await rig.admin.query(
        `select from store.workflow_outbox where started_at is null`,
      );
      return rows.length === 0;
    });
    await until('it has settled', async () => (await settled()).length > 0);
    expect(await settled()).toEqual([{ entity_id: entityId, version: 2n, requested_by: 'alice' }]);
    const ran = await rig.admin.query(
      `select workflow_uuid from dbos.workflow_status where workflow_uuid = $1`,
      [workflowId],
    );
    expect(ran).toHaveLength(1);
  });

  it('is not asked for when the transition is refused, and set aside when nobody knows it', async () => {
    const { log } = rig.store;
    const { entityId } = await log.write(alice, { entityType: 'Order', data });
    const stale = { entityId, expectedVersion: 7, toState: 'FILLED' };
    expect(await codeOf(log.transition(alice, stale))).toBe('VERSION_CONFLICT');
    await log.transition(alice, { entityId, expectedVersion: 1, toState: 'CANCELLED' });
    await runWorkflows();
    await until('it was refused', async () => {
      const [row] = await rig.admin.query<{ refusal: string | null }>(
        `select refusal from store.workflow_outbox where entity_id = $1`,
        [entityId],
      );
      return row?.refusal?.startsWith('WORKFLOW_UNREGISTERED') === true;
    });
  });
});
