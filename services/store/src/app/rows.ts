/** Rows of the log as events. */
import type { EventType, Micros } from '@tickmesh/domain-store';
import type { Row } from '@tickmesh/database';
import type { AuditEntry, JsonData, PlacedEvent, StateChange, StoredEvent } from './ports.ts';

export interface LogRow extends Row {
  readonly position: bigint;
  readonly tx_time: Micros;
  readonly entity_id: string;
  readonly version: bigint;
  readonly valid_from: Micros;
  readonly valid_to: Micros | null;
  readonly entity_type: string;
  readonly event_type: EventType;
  readonly owner: string;
  readonly changed_by: string;
  readonly state: string | null;
  readonly data: JsonData;
  readonly state_change: StateChangeRow | null;
}

/** As the log keeps it. */
export interface StateChangeRow {
  readonly from_state: string;
  readonly to_state: string;
  readonly guard: string | null;
  readonly allowed_by: readonly string[];
}

/** Without the position, which is not for callers. */
export function eventOf(row: LogRow): StoredEvent {
  return {
    entityId: row.entity_id,
    entityType: row.entity_type,
    version: Number(row.version),
    eventType: row.event_type,
    state: row.state,
    data: row.data,
    owner: row.owner,
    changedBy: row.changed_by,
    txTime: row.tx_time,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  };
}

export function placedEventOf(row: LogRow): PlacedEvent {
  return { ...eventOf(row), position: row.position };
}

export function auditEntryOf(row: LogRow): AuditEntry {
  const change = row.state_change;
  return {
    version: Number(row.version),
    eventType: row.event_type,
    owner: row.owner,
    changedBy: row.changed_by,
    state: row.state,
    stateChange: change === null ? null : stateChangeOf(change),
    txTime: row.tx_time,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  };
}

const stateChangeOf = (change: StateChangeRow): StateChange => ({
  fromState: change.from_state,
  toState: change.to_state,
  guard: change.guard,
  allowedBy: change.allowed_by,
});
