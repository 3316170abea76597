/** One statement that records a batch, all or none; see store.append in the migrations. */
import type { Queryable, Row } from '@tickmesh/database';
import type { EventType, Micros } from '@tickmesh/domain-store';
import type { Caller, JsonData, StoredEvent } from './ports.ts';
import { asked } from './refusals.ts';
import type { StateChangeRow } from './rows.ts';
import { statement } from './statement.ts';

/** An event to record. Times are texts for PostgreSQL, null: from the recorded time on, or without end. */
export interface Draft {
  readonly kind: 'write' | 'update' | 'transition' | 'delete';
  /** Of a change. */
  readonly entityId: string | null;
  /** Of a write. */
  readonly key: string | null;
  readonly entityType: string;
  readonly expectedVersion: number | null;
  readonly state: string | null;
  readonly data: JsonData;
  readonly dataText: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly stateChange: StateChangeRow | null;
  readonly workflow: string | null;
}

export interface Appended {
  readonly event: StoredEvent;
  readonly workflowId: string | null;
}

interface AppendedRow extends Row {
  readonly item: bigint;
  readonly tx_time: Micros;
  readonly entity_id: string;
  readonly version: bigint;
  readonly entity_type: string;
  readonly event_type: EventType;
  readonly owner: string;
  readonly state: string | null;
  readonly valid_from: Micros;
  readonly valid_to: Micros | null;
  readonly workflow_id: string | null;
}

const APPEND = statement(
  `select item, tx_time, entity_id, version, entity_type, event_type, owner, state, valid_from, valid_to,
     workflow_id
   from store.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

/**
 * Records the drafts in their order.
 * @throws Fault NOT_FOUND, NOT_ALLOWED, ENTITY_DELETED, VERSION_CONFLICT, ARGUMENT_INVALID, and the database's own
 */
export async function append(
  queryable: Queryable,
  caller: Caller,
  drafts: readonly Draft[],
): Promise<Appended[]> {
  const columns = [
    drafts.map(({ kind }) => kind),
    drafts.map(({ entityId }) => entityId),
    drafts.map(({ key }) => key),
    drafts.map(({ entityType }) => entityType),
    drafts.map(({ expectedVersion }) => expectedVersion),
    drafts.map(({ state }) => state),
    drafts.map(({ dataText }) => dataText),
    drafts.map(({ validFrom }) => validFrom),
    drafts.map(({ validTo }) => validTo),
    drafts.map(({ stateChange }) => (stateChange === null ? null : JSON.stringify(stateChange))),
    drafts.map(({ workflow }) => workflow),
  ];
  const rows = await asked(() => queryable.query<AppendedRow>(APPEND, [caller.name, ...columns]));
  const appended = new Array<Appended>(drafts.length);
  for (const row of rows) {
    const at = Number(row.item) - 1;
    const draft = drafts[at];
    if (draft !== undefined) appended[at] = appendedOf(row, draft, caller);
  }
  return appended;
}

function appendedOf(row: AppendedRow, { data }: Draft, caller: Caller): Appended {
  const event: StoredEvent = {
    entityId: row.entity_id,
    entityType: row.entity_type,
    version: Number(row.version),
    eventType: row.event_type,
    state: row.state,
    data,
    owner: row.owner,
    changedBy: caller.name,
    txTime: row.tx_time,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  };
  return { event, workflowId: row.workflow_id };
}
