/** The limits as versions in the book of record: where they come from, who may change them, and who decides by which. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isFault, parseDecimal } from '@tickmesh/kernel';
import { type LimitsParts, approveLimits, changeLimits } from './app/limits-changes.ts';
import { listChanges } from './app/limits-store.ts';
import type { OpenOrderPlane } from './order-plane-parts.ts';
import { type Rig, openRig, systemMicros, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
const d = parseDecimal;
let folder: string;
let file: string;
let rig: Rig;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'limits-'));
  file = join(folder, 'limits.yaml');
  writeFileSync(file, readFileSync(LIMITS));
  rig = await openRig(file);
});

afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true });
});

const PAPER = { broker: 'paper', cash: { USD: '1000000' }, limits: { gross_max: '500000' } };
const TERMS = {
  defaults: { signal_age_ms_max: 60000, reference_age_ms_max: 60000, order_quantity_max: '1000' },
  accounts: { 'PAPER-1': PAPER },
  strategies: { TEST: { account: 'PAPER-1' }, MANUAL: { account: 'PAPER-1' } },
  instruments: {},
};
const withQuantity = (order_quantity_max: string): object => ({
  ...TERMS,
  defaults: { ...TERMS.defaults, order_quantity_max },
});

interface Wanted {
  readonly terms?: object;
  readonly by?: string;
  readonly baseVersion?: number;
  readonly effectiveFromMicros?: number;
}

const change = (parts: LimitsParts, wanted: Wanted) =>
  changeLimits(parts, {
    by: 'ann',
    reason: 'test',
    baseVersion: 7,
    ...wanted,
    terms: (wanted.terms ?? TERMS) as Record<string, unknown>,
  });

/** The version by which each intent was decided, in the order of the decisions. */
async function versionsUsed(): Promise<unknown[]> {
  const rows = await rig.database.query<{ limits_version: number }>(
    'select limits_version from order_plane.decisions order by decided_at',
  );
  return rows.map((row) => row.limits_version);
}

async function restart({ consumer, plane }: OpenOrderPlane): Promise<OpenOrderPlane> {
  await consumer.stop();
  await plane.stop();
  return rig.open();
}

/** Puts another version behind the first one of the file. */
function append(version: string): void {
  writeFileSync(file, `${readFileSync(LIMITS, 'utf8')}${version}`);
}

const inFile = (order_quantity_max: number, more = ''): string => `
  - version: 8
    effective_from: 2020-01-02T00:00:00Z
    changed_by: cara
    reason: By the file.
    defaults: { signal_age_ms_max: 60000, reference_age_ms_max: 60000, order_quantity_max: ${order_quantity_max}${more} }
    accounts:
      PAPER-1: { broker: paper, cash: { USD: 1000000 }, limits: { gross_max: 500000 } }
    strategies:
      TEST: { account: PAPER-1 }
      MANUAL: { account: PAPER-1 }
`;

describe('a change of the limits', () => {
  it('that only lowers holds for the very next decision of every instance', async () => {
    const { limits } = await rig.open();
    await rig.quote();
    await rig.reported(await rig.intent({ name: 'before' }), 'FILLED');
    // As another instance would commit it: nobody tells the plane that decides.
    const taken = await change({ ...limits, probe: {} }, { terms: withQuantity('9') });
    expect(taken).toMatchObject({ state: 'taken', version: 8, raises: [], requestedBy: 'ann' });
    const denied = await rig.reported(await rig.intent({ name: 'after' }), 'REJECTED');
    expect(denied.reject_reason).toContain('MAX_ORDER_QTY (quantity 10, max 9)');
    expect(await versionsUsed()).toEqual([7, 8]);
  });

  it('that raises anything waits for another person, who is kept with both reasons', async () => {
    const { limits } = await rig.open();
    const wanted = await change(limits, { terms: withQuantity('2000') });
    expect(wanted).toMatchObject({
      state: 'waiting',
      raises: ['defaults.order_quantity_max: 1000 to 2000'],
    });
    const changeId = wanted.changeId ?? '';
    const asAnn = approveLimits(limits, { changeId, by: 'ann', reason: 'mine' });
    await expect(asAnn).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    await rig.quote();
    const large = { quantity: d('1500'), order_type: 'LIMIT', limit_price: d('90') } as const;
    await rig.reported(await rig.intent({ name: 'early', ...large }), 'REJECTED');
    await approveLimits(limits, { changeId, by: 'bob', reason: 'agreed' });
    await rig.reported(await rig.intent({ name: 'late', ...large }), 'ACKNOWLEDGED');
    const [kept] = await listChanges(rig.database, 1);
    expect(kept).toMatchObject({
      version: 8,
      requestedBy: 'ann',
      reason: 'test',
      approvedBy: 'bob',
      approvalReason: 'agreed',
    });
    const twice = approveLimits(limits, { changeId, by: 'bob', reason: 'again' });
    await expect(twice).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('is overtaken by another that is taken first', async () => {
    const { limits } = await rig.open();
    const { changeId = '' } = await change(limits, { terms: withQuantity('2000') });
    await change(limits, { terms: withQuantity('10') });
    const late = approveLimits(limits, { changeId, by: 'bob', reason: 'agreed' });
    await expect(late).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    const stale = change(limits, { terms: withQuantity('5') });
    await expect(stale).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect((await listChanges(rig.database, 9)).map(({ state }) => state)).toEqual([
      'taken',
      'overtaken',
      'taken',
    ]);
  });

  it('may be asked for from a time to come, and is in force from then on', async () => {
    const { limits, queries } = await rig.open();
    const effectiveFromMicros = systemMicros.nowMicros() + 1_500_000;
    await change(limits, { terms: withQuantity('9'), effectiveFromMicros });
    expect(queries.limits()?.version).toBe(7);
    await until('the version is in force', () => queries.limits()?.version === 8);
    const past = { effectiveFromMicros: 1, baseVersion: 8 };
    await expect(change(limits, past)).rejects.toMatchObject({ code: 'LIMITS_INVALID' });
  });

  it('that lowers what is in force, and not what was to come, is no lowering', async () => {
    const { limits } = await rig.open();
    const effectiveFromMicros = systemMicros.nowMicros() + 3_600_000_000;
    await change(limits, { terms: withQuantity('5'), effectiveFromMicros });
    const between = await change(limits, { terms: withQuantity('7'), baseVersion: 8 });
    expect(between).toMatchObject({
      state: 'waiting',
      raises: ['defaults.order_quantity_max: 5 to 7'],
    });
  });

  it('is refused whole, with every problem by its path', async () => {
    const { limits } = await rig.open();
    const broken = {
      defaults: { order_quantity_max: '-1' },
      accounts: { 'PAPER-1': { ...PAPER, broker: 'ibkr' } },
      strategies: { TEST: { account: 'NOWHERE' } },
    };
    const fault: unknown = await change(limits, { terms: broken }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isFault(fault) && fault.details['problems']).toMatchObject([
      { name: 'strategies.TEST.account' },
      { name: 'defaults.order_quantity_max' },
    ]);
    const elsewhere = { ...TERMS, accounts: { 'PAPER-1': { ...PAPER, broker: 'ibkr' } } };
    await expect(change(limits, { terms: elsewhere })).rejects.toMatchObject({
      details: { problems: [{ name: 'accounts.PAPER-1.broker' }] },
    });
  });

  it('may bring an account, whose orders then work', async () => {
    const { limits } = await rig.open();
    await rig.quote();
    const terms = {
      ...TERMS,
      accounts: { 'PAPER-1': PAPER, 'PAPER-2': PAPER },
      strategies: { ...TERMS.strategies, SECOND: { account: 'PAPER-2' } },
    };
    const { changeId = '' } = await change(limits, { terms });
    await approveLimits(limits, { changeId, by: 'bob', reason: 'agreed' });
    const id = await rig.intent({ name: 'second', strategy_id: 'SECOND' });
    expect(await rig.reported(id, 'FILLED')).toMatchObject({ account: 'PAPER-2' });
  });
});

describe('the file of limits', () => {
  it('gives the first version, and afterwards changes nothing that the book has', async () => {
    const opened = await rig.open();
    await change(opened.limits, { terms: withQuantity('9') });
    const again = await restart(opened);
    expect(again.queries.limits()?.version).toBe(8);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('order_quantity_max: 1000', 'order_quantity_max: 999'));
    await expect(restart(again)).rejects.toMatchObject({
      code: 'LIMITS_INVALID',
      details: { problems: [{ name: 'versions[0]' }] },
    });
  });

  it('brings a version that only lowers into force at the next start', async () => {
    const opened = await rig.open();
    append(inFile(9));
    const { queries } = await restart(opened);
    expect(queries.limits()).toMatchObject({ version: 8, changedBy: 'cara' });
  });

  it('asks for what it raises: its author is the first person, and another must approve', async () => {
    const opened = await rig.open();
    append(inFile(5000));
    const { queries, limits } = await restart(await restart(opened));
    expect(queries.limits()?.version).toBe(7);
    const [waiting, first, ...more] = await listChanges(rig.database, 9);
    expect([waiting?.state, first?.version, more]).toEqual(['waiting', 7, []]);
    const changeId = waiting?.changeId ?? '';
    const asCara = approveLimits(limits, { changeId, by: 'cara', reason: 'mine' });
    await expect(asCara).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    await approveLimits(limits, { changeId, by: 'bob', reason: 'agreed' });
    await until('the version is in force', () => queries.limits()?.version === 8);
  });
});

describe('the rate of changes', () => {
  it('stops replaces, and never a cancel', async () => {
    const { limits } = await rig.open();
    await rig.quote();
    const rated = {
      ...TERMS,
      defaults: { ...TERMS.defaults, rate_cancels_max: 1, rate_window_ms: 60000 },
    };
    await change(limits, { terms: rated });
    const resting = { order_type: 'LIMIT', limit_price: d('90') } as const;
    const target_intent_id = await rig.intent({ name: 'rest', ...resting });
    await rig.reported(target_intent_id, 'ACKNOWLEDGED');
    const replace = (name: string, limit_price: bigint) =>
      rig.intent({ name, ...resting, action: 'REPLACE', target_intent_id, limit_price });
    await rig.reported(await replace('first', d('91')), 'ACKNOWLEDGED');
    const second = await rig.reported(await replace('second', d('92')), 'REJECTED');
    expect(second.reject_reason).toBe('RATE_CANCELS (changes 2, changesMax 1, windowMs 60000)');
    await rig.intent({ name: 'cancel', action: 'CANCEL', target_intent_id });
    await rig.reported(target_intent_id, 'CANCELED');
  });
});
