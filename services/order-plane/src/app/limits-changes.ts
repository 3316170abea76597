/**
 * How the limits change. What only lowers is in force at once; what raises anything waits for a second person. One change
 * at a time: each says which version it was made on, and after another change it must be made anew.
 */
import type { Database, Queryable } from '@tickmesh/database';
import { type LimitsDocument, type LimitsVersion, raisesOf } from '@tickmesh/domain-risk';
import { type Clock, Fault, faultOf } from '@tickmesh/kernel';
import {
  type LimitsTerms,
  type VersionHead,
  readVersions,
  termsOf,
  versionOf,
} from './limits-book.ts';
import {
  type LimitsChange,
  type TakenVersion,
  assertBrokers,
  endChange,
  findChange,
  heldTerms,
  keepChange,
  lockLimits,
  newestVersion,
  takenChange,
  writeVersion,
} from './limits-store.ts';
import type { OrderProbe } from './ports.ts';
import { recordToJson } from './record-json.ts';

export interface LimitsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly probe: OrderProbe;
  /** Names of the brokers that accounts may trade at. */
  readonly brokers: ReadonlySet<string>;
}

export interface WantedLimits {
  readonly terms: LimitsTerms;
  readonly by: string;
  readonly reason: string;
  /** Absent: at once, or as soon as it is approved. */
  readonly effectiveFromMicros?: number | undefined;
  /** The newest version that was seen: after another change this one is refused. */
  readonly baseVersion: number;
}

/**
 * Takes a change, or keeps it for a second person when it raises anything.
 * @throws Fault LIMITS_INVALID with every problem by its path; VERSION_CONFLICT after another change
 */
export async function changeLimits(
  parts: LimitsParts,
  wanted: WantedLimits,
): Promise<LimitsChange> {
  const change = await parts.database.transaction(async (db) => {
    await lockLimits(db);
    return changeLocked(db, parts, wanted);
  });
  tell(parts, change);
  return change;
}

/**
 * Lets a change that raises something take effect.
 * @throws Fault NOT_FOUND; SECOND_PERSON_NEEDED to the one who asked for it; VERSION_CONFLICT when another change was
 *   taken since
 */
export async function approveLimits(
  parts: LimitsParts,
  approval: { readonly changeId: string; readonly by: string; readonly reason: string },
): Promise<LimitsChange> {
  const { changeId, by, reason } = approval;
  const nowMicros = parts.clock.nowMicros();
  const change = await parts.database.transaction(async (db) => {
    await lockLimits(db);
    const row = await findChange(db, changeId);
    if (row === undefined) throw new Fault('NOT_FOUND', { change_id: changeId });
    const newest = await newestVersion(db);
    if (row.version !== null || row.base_version !== newest) {
      throw new Fault('VERSION_CONFLICT', { base_version: row.base_version, newest });
    }
    if (row.requested_by === by) {
      throw new Fault('SECOND_PERSON_NEEDED', { change_id: changeId, requested_by: by });
    }
    const head = {
      version: newest + 1,
      effectiveFromMicros: Math.max(row.effective_from ?? 0, nowMicros),
      changedBy: row.requested_by,
      reason: row.reason,
    };
    const taken = { head, terms: row.document, raises: row.raises, atMicros: row.requested_at };
    const version = await writeVersion(db, parts.brokers, taken, { by, reason });
    await endChange(db, changeId, version.version);
    return takenChange(version, { changeId, taken, approvedBy: by, approvalReason: reason });
  });
  tell(parts, change);
  return change;
}

/**
 * The file's versions into the book. An empty book takes them all; later, a version that the book has must be the same,
 * and a newer one is a change like any other, asked for by its author: what it raises waits for a second person.
 * @throws Fault LIMITS_INVALID when a version of the file is not as the book has it
 */
export async function seedLimits(parts: LimitsParts, document: LimitsDocument): Promise<void> {
  const changes = await parts.database.transaction(async (db) => {
    await lockLimits(db);
    const held = await heldTerms(
      db,
      document.versions.map(({ version }) => version),
    );
    const newest = await newestVersion(db);
    const made: LimitsChange[] = [];
    for (const [i, version] of document.versions.entries()) {
      if (newest === 0) await writeVersion(db, parts.brokers, asTaken(version));
      else if (version.version <= newest) assertSame(i, version, held.get(version.version));
      else {
        const change = await changeLocked(db, parts, wantedOf(parts, version));
        made.push(change);
        if (change.state === 'waiting') break;
      }
    }
    return made;
  });
  for (const change of changes) tell(parts, change);
}

const asTaken = (version: LimitsVersion): TakenVersion => ({
  head: version,
  terms: termsOf(version),
  raises: [],
  atMicros: version.effectiveFromMicros,
});

const wantedOf = ({ clock }: LimitsParts, version: LimitsVersion): WantedLimits => ({
  terms: termsOf(version),
  by: version.changedBy,
  reason: version.reason,
  baseVersion: version.version - 1,
  ...(version.effectiveFromMicros > clock.nowMicros()
    ? { effectiveFromMicros: version.effectiveFromMicros }
    : {}),
});

function assertSame(i: number, version: LimitsVersion, held: LimitsTerms | undefined): void {
  if (held !== undefined && recordToJson(termsOf(version)) === recordToJson(held)) return;
  const rule = `version ${version.version} as the book of record has it: a change takes the next number`;
  throw new Fault('LIMITS_INVALID', { problems: [{ name: `versions[${i}]`, rule }] });
}

async function changeLocked(
  db: Queryable,
  parts: LimitsParts,
  wanted: WantedLimits,
): Promise<LimitsChange> {
  const nowMicros = parts.clock.nowMicros();
  const newest = await newestVersion(db);
  if (wanted.baseVersion !== newest) {
    throw new Fault('VERSION_CONFLICT', { base_version: wanted.baseVersion, newest });
  }
  const { effectiveFromMicros = nowMicros } = wanted;
  if (effectiveFromMicros < nowMicros) throw invalid('effective_from', 'absent, or a time to come');
  const head = {
    version: newest + 1,
    effectiveFromMicros,
    changedBy: wanted.by,
    reason: wanted.reason,
  };
  const version = readWanted(head, wanted.terms);
  await assertBrokers(db, parts.brokers, version);
  // It takes the place of what is in force then, and of everything that was to come later.
  const replaced = await readVersions(db, effectiveFromMicros);
  const raises = [...new Set(replaced.flatMap((before) => raisesOf(before, version)))];
  const taken = { head, terms: termsOf(version), raises, atMicros: nowMicros };
  if (raises.length === 0) {
    return takenChange(await writeVersion(db, parts.brokers, taken), { taken });
  }
  return keepChange(db, newest, { ...taken, wantedFromMicros: wanted.effectiveFromMicros });
}

/** Problems name the place in the terms, not in the list that the reader was given. */
function readWanted(head: VersionHead, terms: LimitsTerms): LimitsVersion {
  try {
    return versionOf(head, terms);
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.code !== 'LIMITS_INVALID') throw fault;
    const problems = (fault.details['problems'] as { name: string; rule: string }[]).map(
      ({ name, rule }) => ({ name: name.replace('versions[0].', ''), rule }),
    );
    throw new Fault('LIMITS_INVALID', { problems });
  }
}

function tell({ probe }: LimitsParts, change: LimitsChange): void {
  probe.limitsChanged?.(change);
}

const invalid = (name: string, rule: string): Fault =>
  new Fault('LIMITS_INVALID', { problems: [{ name, rule }] });
