/**
 * The limits document in the book of record: read by every instance, so that all decide by the same version. A version is
 * never changed; the highest whose time has come is in force.
 */
import type { Queryable } from '@tickmesh/database';
import { type LimitsVersion, limitsAt, limitsToPlain, readLimits } from '@tickmesh/domain-risk';
import { type Clock, formatRfc3339 } from '@tickmesh/kernel';
import type { CurrentLimits, LimitsInForce, OrderProbe } from './ports.ts';
import { statement } from './statement.ts';

const READ = statement(
  `select version, effective_from, document, changed_by, reason from order_plane.limits
   where version >= coalesce((select max(version) from order_plane.limits where effective_from <= $1), 0)
     and version > $2
   order by version`,
);
const READ_AT = statement(
  `select version, effective_from, document, changed_by, reason from order_plane.limits
   where effective_from <= $1 order by version desc limit 1`,
);

const READ_NUMBER = statement(
  `select max(version) as version from order_plane.limits where effective_from <= $1`,
);

/** What a version says, without its number, time and author: as config/limits.yaml has it. */
export type LimitsTerms = Readonly<Record<string, unknown>>;

interface VersionRow {
  readonly version: number;
  readonly effective_from: number;
  readonly document: LimitsTerms;
  readonly changed_by: string;
  readonly reason: string;
  readonly [column: string]: unknown;
}

export interface VersionHead {
  readonly version: number;
  readonly effectiveFromMicros: number;
  readonly changedBy: string;
  readonly reason: string;
}

/** @throws Fault LIMITS_INVALID with every problem, each by its path under `versions[0]` */
export function versionOf(head: VersionHead, terms: LimitsTerms): LimitsVersion {
  const plain = {
    ...terms,
    version: head.version,
    effective_from: formatRfc3339(head.effectiveFromMicros),
    changed_by: head.changedBy,
    reason: head.reason,
  };
  const [version] = readLimits({ versions: [plain] }).versions;
  return version as LimitsVersion;
}

export function termsOf(version: LimitsVersion): LimitsTerms {
  const { defaults, accounts, strategies, instruments } = limitsToPlain(version);
  return { defaults, accounts, strategies, instruments };
}

/** The version in force at a time and all after it, above a number. */
export async function readVersions(
  db: Queryable,
  fromMicros: number,
  above = -1,
): Promise<LimitsVersion[]> {
  const rows = await db.query<VersionRow>(READ, [formatRfc3339(fromMicros), above]);
  return rows.map(versionOfRow);
}

/** The version that was or will be in force at a time, as far as is known now. */
export async function versionAt(
  db: Queryable,
  atMicros: number,
): Promise<LimitsVersion | undefined> {
  const [row] = await db.query<VersionRow>(READ_AT, [formatRfc3339(atMicros)]);
  return row && versionOfRow(row);
}

const versionOfRow = ({ document, ...row }: VersionRow): LimitsVersion =>
  versionOf(
    {
      version: row.version,
      effectiveFromMicros: row.effective_from,
      changedBy: row.changed_by,
      reason: row.reason,
    },
    document,
  );

/** This instance's copy of what is in force and what will be. */
export class LimitsBook {
  readonly #database: Queryable;
  readonly #clock: Clock;
  readonly #probe: OrderProbe;
  #versions: readonly LimitsVersion[] = [];
  #told: LimitsVersion | undefined;

  constructor(database: Queryable, clock: Clock, probe: OrderProbe) {
    this.#database = database;
    this.#clock = clock;
    this.#probe = probe;
  }

  /** Looked up by the clock at every decision; a change is told once. */
  readonly inForce: LimitsInForce = () => {
    const version = limitsAt({ versions: this.#versions }, this.#clock.nowMicros());
    if (version !== undefined && version !== this.#told) this.#probe.limitsLoaded?.(version);
    this.#told = version;
    return version;
  };

  /** What is in force by the book of record, as a transaction sees it: nobody decides by what was lowered before. */
  readonly current: CurrentLimits = async (db) => {
    const now = formatRfc3339(this.#clock.nowMicros());
    const [row] = await db.read<{ version: number | null }>(READ_NUMBER, [now]);
    if (row?.version !== this.inForce()?.version) await this.refresh();
    return this.inForce();
  };

  /** Takes what was committed since, here or by another instance. Returns whether there was anything. */
  async refresh(): Promise<boolean> {
    const nowMicros = this.#clock.nowMicros();
    const above = this.#versions.at(-1)?.version;
    const fresh = await readVersions(this.#database, nowMicros, above);
    if (fresh.length === 0) return false;
    const held = limitsAt({ versions: this.#versions }, nowMicros);
    const kept = this.#versions.filter((version) => version.version >= (held?.version ?? 0));
    this.#versions = [...kept, ...fresh];
    return true;
  }
}
