/** Questions about one entity. */
import type { Queryable, Row } from '@tickmesh/database';
import { Fault } from '@tickmesh/kernel';
import { checkEntityId, checkLimit, checkName, invalid, timeText } from './arguments.ts';
import type {
  AsOfQuestion,
  AuditEntry,
  Caller,
  Page,
  Share,
  Shares,
  StoredEvent,
  VersionPage,
} from './ports.ts';
import { asked } from './refusals.ts';
import { type LogRow, auditEntryOf, eventOf } from './rows.ts';
import { statement } from './statement.ts';

const AS_OF = statement(
  `select position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
     changed_by, state, data
   from store.as_of($1, $2, $3, $4)`,
);
const HISTORY = statement(
  `select position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
     changed_by, state, data
   from store.history($1, $2, $3, $4)`,
);
const AUDIT = statement(
  `select version, event_type, owner, changed_by, state, tx_time, valid_from, valid_to, state_change
   from store.history($1, $2, $3, $4)`,
);
const SHARE = statement(`select store.share($1, $2, $3, $4, $5) as changed`);
const SHARES = statement(`select owner, readers, writers from store.shares_of($1, $2)`);

/** The version that answers, by the rule of `asOf` in libs/domain/store; the latest without times. */
export async function asOf(
  database: Queryable,
  caller: Caller,
  question: AsOfQuestion,
): Promise<StoredEvent | undefined> {
  const { entityId, txTime, validTime, includeDeleted } = question;
  const values = [
    caller.name,
    checkEntityId(entityId),
    timeText('tx_time', txTime),
    timeText('valid_time', validTime),
  ];
  const [row] = await asked(() => database.query<LogRow>(AS_OF, values));
  if (row === undefined) return undefined;
  return row.event_type === 'DELETED' && includeDeleted !== true ? undefined : eventOf(row);
}

export async function history(
  database: Queryable,
  caller: Caller,
  page: VersionPage,
): Promise<Page<StoredEvent>> {
  const { rows, hasMore } = await versions(database, caller, { page, text: HISTORY });
  return { items: rows.map(eventOf), hasMore };
}

export async function audit(
  database: Queryable,
  caller: Caller,
  page: VersionPage,
): Promise<Page<AuditEntry>> {
  const { rows, hasMore } = await versions(database, caller, { page, text: AUDIT });
  return { items: rows.map(auditEntryOf), hasMore };
}

async function versions(
  database: Queryable,
  caller: Caller,
  { page, text }: { readonly page: VersionPage; readonly text: typeof HISTORY },
): Promise<{ readonly rows: LogRow[]; readonly hasMore: boolean }> {
  const { entityId, afterVersion = 0 } = page;
  const limit = checkLimit(page.limit);
  if (!Number.isSafeInteger(afterVersion) || afterVersion < 0) {
    throw invalid('after_version', 'a whole number from 0', afterVersion);
  }
  const values = [caller.name, checkEntityId(entityId), afterVersion, limit + 1];
  const rows = await asked(() => database.query<LogRow>(text, values));
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

/** Gives or takes a right; the answer tells whether anything changed. */
export async function share(
  database: Queryable,
  caller: Caller,
  { entityId, grantee, right, isGiven }: Share & { readonly isGiven: boolean },
): Promise<boolean> {
  const values = [
    caller.name,
    checkEntityId(entityId),
    checkName('grantee', grantee),
    right,
    isGiven,
  ];
  const [row] = await asked(() => database.query<{ changed: boolean }>(SHARE, values));
  return row?.changed === true;
}

/** @throws Fault NOT_FOUND for an entity that the caller cannot see */
export async function shares(
  database: Queryable,
  caller: Caller,
  entityId: string,
): Promise<Shares> {
  const values = [caller.name, checkEntityId(entityId)];
  const [row] = await asked(() => database.query<Row & Shares>(SHARES, values));
  if (row === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
  return { owner: row.owner, readers: row.readers, writers: row.writers };
}
