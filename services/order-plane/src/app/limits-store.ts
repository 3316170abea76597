/** Versions of the limits and the changes that wait, as rows. Who writes holds the lock of `lockLimits`. */
import type { Queryable } from '@tickmesh/database';
import type { LimitsVersion } from '@tickmesh/domain-risk';
import { Fault, derivedUuid, formatRfc3339 } from '@tickmesh/kernel';
import { type LimitsTerms, type VersionHead, versionOf } from './limits-book.ts';
import { recordToJson } from './record-json.ts';
import { statement } from './statement.ts';
import { ensureAccount } from './tables.ts';

export interface LimitsChange {
  /** Absent where no approval was needed. */
  readonly changeId: string | undefined;
  readonly state: 'waiting' | 'taken' | 'overtaken';
  /** The version that it became. */
  readonly version: number | undefined;
  readonly raises: readonly string[];
  readonly requestedBy: string;
  readonly reason: string;
  readonly requestedAtMicros: number;
  readonly approvedBy: string | undefined;
  readonly approvalReason: string | undefined;
  readonly effectiveFromMicros: number | undefined;
}

/** A version that is about to be written. */
export interface TakenVersion {
  readonly head: VersionHead;
  readonly terms: LimitsTerms;
  readonly raises: readonly string[];
  /** When it was asked for. */
  readonly atMicros: number;
}

const LOCK = `lock table order_plane.limits in share row exclusive mode`;
const READ_NEWEST = statement(
  `select coalesce(max(version), 0)::int as version from order_plane.limits`,
);
const READ_TERMS = statement(
  `select version, document from order_plane.limits where version = any($1::int[])`,
);
const WRITE_VERSION = statement(
  `insert into order_plane.limits
     (version, effective_from, document, raises, changed_by, reason, requested_at, approved_by, approval_reason)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const WRITE_CHANGE = statement(
  `insert into order_plane.limit_changes
     (change_id, base_version, effective_from, document, raises, requested_by, reason, requested_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (change_id) do nothing`,
);
const READ_CHANGE = statement(
  `select change_id, base_version, effective_from, document, raises, requested_by, reason, requested_at, version
   from order_plane.limit_changes where change_id = $1 for update`,
);
const END_CHANGE = statement(
  `update order_plane.limit_changes set version = $2 where change_id = $1`,
);
const READ_BROKERS = statement(
  `select account, broker from order_plane.accounts where account = any($1::text[])`,
);
const LIST = statement(
  `select change_id, null::int as version, raises, requested_by, reason, requested_at, null as approved_by,
     null as approval_reason, null::timestamptz as effective_from,
     base_version = (select max(version) from order_plane.limits) as is_open
   from order_plane.limit_changes where version is null
   union all
   select c.change_id, l.version, l.raises, l.changed_by, l.reason, l.requested_at, l.approved_by,
     l.approval_reason, l.effective_from, false
   from order_plane.limits l left join order_plane.limit_changes c using (version)
   order by requested_at desc, version desc nulls first limit $1`,
);

/** One change of the limits at a time, of all instances. */
export async function lockLimits(db: Queryable): Promise<void> {
  await db.query(LOCK);
}

/** 0 before the first. */
export async function newestVersion(db: Queryable): Promise<number> {
  const [row] = await db.query<{ version: number }>(READ_NEWEST);
  return row?.version ?? 0;
}

/** Of the numbers that the book has, what they say. */
export async function heldTerms(
  db: Queryable,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, LimitsTerms>> {
  const rows = await db.query<{ version: number; document: LimitsTerms }>(READ_TERMS, [numbers]);
  return new Map(rows.map(({ version, document }) => [version, document]));
}

/** A change under its id, locked; undefined when there is none. */
export async function findChange(db: Queryable, changeId: string): Promise<ChangeRow | undefined> {
  const [row] = await db.query<ChangeRow>(READ_CHANGE, [changeId]);
  return row;
}

export async function endChange(db: Queryable, changeId: string, version: number): Promise<void> {
  await db.query(END_CHANGE, [changeId, version]);
}

/** @throws Fault LIMITS_INVALID when an account would change its broker, or trade at none that there is */
export async function writeVersion(
  db: Queryable,
  brokers: ReadonlySet<string>,
  { head, terms, raises, atMicros }: TakenVersion,
  approval?: { readonly by: string; readonly reason: string },
): Promise<LimitsVersion> {
  const version = versionOf(head, terms);
  await assertBrokers(db, brokers, version);
  await db.query(WRITE_VERSION, [
    version.version,
    formatRfc3339(version.effectiveFromMicros),
    JSON.stringify(terms),
    JSON.stringify(raises),
    version.changedBy,
    version.reason,
    formatRfc3339(atMicros),
    approval?.by ?? null,
    approval?.reason ?? null,
  ]);
  for (const [account, { broker }] of version.accounts) await ensureAccount(db, account, broker);
  return version;
}

/** The same change asked for again is the same change. */
export async function keepChange(
  db: Queryable,
  baseVersion: number,
  asked: TakenVersion & { readonly wantedFromMicros: number | undefined },
): Promise<LimitsChange> {
  const { head, terms, raises, atMicros, wantedFromMicros } = asked;
  const document = recordToJson(terms);
  const { changedBy: by, reason } = head;
  const changeId = derivedUuid('limits', baseVersion, by, reason, document);
  await db.query(WRITE_CHANGE, [
    changeId,
    baseVersion,
    wantedFromMicros === undefined ? null : formatRfc3339(wantedFromMicros),
    document,
    JSON.stringify(raises),
    by,
    reason,
    formatRfc3339(atMicros),
  ]);
  return {
    changeId,
    state: 'waiting',
    version: undefined,
    raises,
    requestedBy: by,
    reason,
    requestedAtMicros: atMicros,
    approvedBy: undefined,
    approvalReason: undefined,
    effectiveFromMicros: undefined,
  };
}

export const takenChange = (
  version: LimitsVersion,
  {
    taken,
    changeId,
    approvedBy,
    approvalReason,
  }: {
    readonly taken: TakenVersion;
    readonly changeId?: string;
    readonly approvedBy?: string;
    readonly approvalReason?: string;
  },
): LimitsChange => ({
  changeId,
  state: 'taken',
  version: version.version,
  raises: taken.raises,
  requestedBy: version.changedBy,
  reason: version.reason,
  requestedAtMicros: taken.atMicros,
  approvedBy,
  approvalReason,
  effectiveFromMicros: version.effectiveFromMicros,
});

/** Orders that work at one broker cannot move to another with their account. */
export async function assertBrokers(
  db: Queryable,
  brokers: ReadonlySet<string>,
  { accounts }: LimitsVersion,
): Promise<void> {
  const known = new Map(
    (await db.query<{ account: string; broker: string }>(READ_BROKERS, [[...accounts.keys()]])).map(
      ({ account, broker }) => [account, broker],
    ),
  );
  const problems = [...accounts].flatMap(([account, { broker }]) => {
    const name = `accounts.${account}.broker`;
    if (!brokers.has(broker)) return [{ name, rule: `one of ${[...brokers].join(', ')}` }];
    const held = known.get(account) ?? broker;
    return held === broker ? [] : [{ name, rule: `${held}: an account keeps its broker` }];
  });
  if (problems.length > 0) throw new Fault('LIMITS_INVALID', { problems });
}

/** Newest first: versions, and changes that are no version. */
export async function listChanges(db: Queryable, limit: number): Promise<LimitsChange[]> {
  const rows = await db.query<ListedRow>(LIST, [limit]);
  return rows.map((row) => ({
    changeId: row.change_id ?? undefined,
    state: row.version !== null ? 'taken' : row.is_open ? 'waiting' : 'overtaken',
    version: row.version ?? undefined,
    raises: row.raises,
    requestedBy: row.requested_by,
    reason: row.reason,
    requestedAtMicros: row.requested_at,
    approvedBy: row.approved_by ?? undefined,
    approvalReason: row.approval_reason ?? undefined,
    effectiveFromMicros: row.effective_from ?? undefined,
  }));
}

export interface ChangeRow {
  readonly base_version: number;
  readonly effective_from: number | null;
  readonly document: LimitsTerms;
  readonly raises: readonly string[];
  readonly requested_by: string;
  readonly reason: string;
  readonly requested_at: number;
  readonly version: number | null;
  readonly [column: string]: unknown;
}

interface ListedRow {
  readonly change_id: string | null;
  readonly version: number | null;
  readonly raises: readonly string[];
  readonly requested_by: string;
  readonly reason: string;
  readonly requested_at: number;
  readonly approved_by: string | null;
  readonly approval_reason: string | null;
  readonly effective_from: number | null;
  readonly is_open: boolean;
  readonly [column: string]: unknown;
}
