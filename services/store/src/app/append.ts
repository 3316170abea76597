/** One statement that records a batch, all or none; see store.append in the migrations. */
import type { Queryable, Row } from '@tickmesh/database';
import { type Micros, eventTypeOf } from '@tickmesh/domain-store';
import { assert } from '@tickmesh/kernel';
import { validTimeTexts } from './arguments.ts';
import type { Caller, JsonData, StoredEvent, ValidTimes } from './ports.ts';
import { asked } from './refusals.ts';
import type { StateChangeRow } from './rows.ts';
import { statement } from './statement.ts';

/** An event to record. */
export interface Draft {
  readonly kind: 'write' | 'update' | 'transition' | 'delete';
  /** Of a change. */
  readonly entityId: string | null;
  /** Of a write. */
  readonly key: string | null;
  readonly entityType: string;
  /** 0 for a write. */
  readonly expectedVersion: number;
  /** Of the entity; absent: the caller, who makes it. */
  readonly owner?: string;
  /** After it. */
  readonly state: string | null;
  readonly data: JsonData;
  readonly dataText: string;
  readonly valid: ValidTimes;
  readonly stateChange: StateChangeRow | null;
  readonly workflow: string | null;
}

export interface Appended {
  readonly event: StoredEvent;
  readonly workflowId: string | null;
}

interface AppendedRow extends Row {
  readonly tx_time: Micros;
  /** In the order of the drafts. */
  readonly entity_ids: readonly string[];
  /** Empty when no draft starts one. */
  readonly workflow_ids: readonly (string | null)[];
}

const APPEND = statement(
  `select tx_time, entity_ids, workflow_ids
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
  const times = drafts.map(({ valid }) => validTimeTexts(valid));
  const columns = [
    drafts.map(({ kind }) => kind),
    drafts.map(({ entityId }) => entityId),
    drafts.map(({ key }) => key),
    drafts.map(({ entityType }) => entityType),
    drafts.map(({ expectedVersion }) => expectedVersion),
    drafts.map(({ state }) => state),
    drafts.map(({ dataText }) => dataText),
    times.map(({ from }) => from),
    times.map(({ to }) => to),
    drafts.map(({ stateChange }) => (stateChange === null ? null : JSON.stringify(stateChange))),
    drafts.map(({ workflow }) => workflow),
  ];
  const rows = await asked(() => queryable.query<AppendedRow>(APPEND, [caller.name, ...columns]));
  const [row] = rows;
  assert(row !== undefined, 'store.append answers with one row');
  return drafts.map((draft, i) => ({
    event: eventOf(draft, caller, { entityId: row.entity_ids[i] ?? '', txTime: row.tx_time }),
    workflowId: row.workflow_ids[i] ?? null,
  }));
}

function eventOf(
  draft: Draft,
  caller: Caller,
  { entityId, txTime }: Pick<StoredEvent, 'entityId' | 'txTime'>,
): StoredEvent {
  const { validFrom = txTime, validTo } = draft.valid;
  return {
    entityId,
    entityType: draft.entityType,
    version: draft.expectedVersion + 1,
    eventType: eventTypeOf(draft.kind, { txTime, validFrom }),
    state: draft.state,
    data: draft.data,
    owner: draft.owner ?? caller.name,
    changedBy: caller.name,
    txTime,
    validFrom,
    validTo: validTo ?? null,
  };
}
