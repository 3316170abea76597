/** Between the client's shapes and the messages of tickmesh.store.v1. */
import { EVENT_TYPES, type Micros, type TimePoint } from '@tickmesh/domain-store';
import { Fault } from '@tickmesh/kernel';
import type {
  AuditEntry,
  Checkpoint,
  Delivered,
  End,
  JsonData,
  Move,
  Moved,
  NewVersion,
  PlainWrite,
  SeenVersion,
  Selection,
  Share,
  StoredEvent,
  SubscriptionWish,
  ValidTimes,
  VersionPage,
} from './plain.ts';

/** `google.protobuf.Timestamp`. */
interface Timestamp {
  readonly seconds: string | number;
  readonly nanos: number;
}
type MaybeTime = Timestamp | null | undefined;

interface Times {
  readonly tx_time?: MaybeTime;
  readonly valid_from?: MaybeTime;
  readonly valid_to?: MaybeTime;
}

export interface EventMessage extends Times {
  readonly entity_id: string;
  readonly entity_type: string;
  readonly version: string;
  readonly event_type: string;
  readonly state: string;
  readonly data_json: string;
  readonly owner: string;
  readonly changed_by: string;
}

export interface MovedMessage {
  readonly event?: EventMessage | null;
  readonly workflow_id: string;
}

export interface AuditMessage extends Times {
  readonly version: string;
  readonly event_type: string;
  readonly owner: string;
  readonly changed_by: string;
  readonly state: string;
  readonly state_change?: {
    readonly from_state: string;
    readonly to_state: string;
    readonly guard: string;
    readonly allowed_by: readonly string[];
  } | null;
}

export interface DeliveredMessage {
  readonly event?: EventMessage | null;
  readonly cursor: string;
}

export interface CheckpointMessage {
  readonly cursor: string;
  readonly moved_at?: MaybeTime;
}

export const writeMessage = ({ entityType, data, key, ...valid }: PlainWrite): object => ({
  entity_type: entityType,
  data_json: JSON.stringify(data),
  key: key ?? '',
  ...validMessage(valid),
});

export const updateMessage = ({ seen, data, ...valid }: NewVersion): object => ({
  ...seenMessage(seen),
  data_json: JSON.stringify(data),
  ...validMessage(valid),
});

export const moveMessage = ({ seen, toState, data, key, ...valid }: Move): object => ({
  ...seenMessage(seen),
  to_state: toState,
  key: key ?? '',
  ...(data === undefined ? {} : { data_json: JSON.stringify(data) }),
  ...validMessage(valid),
});

export const endMessage = ({ seen, validFrom }: End): object => ({
  ...seenMessage(seen),
  ...present('valid_from', timestampOf(validFrom)),
});

export const pageMessage = (entityId: string, { afterVersion, pageSize }: VersionPage): object => ({
  entity_id: entityId,
  after_version: String(afterVersion ?? 0),
  page_size: pageSize ?? 0,
});

export const timesMessage = ({ txTime, validTime }: TimePoint): object => ({
  ...present('tx_time', timestampOf(txTime)),
  ...present('valid_time', timestampOf(validTime)),
});

export const selectionMessage = (
  entityType: string,
  { filter, states, ...times }: Selection,
): object => ({
  entity_type: entityType,
  filter: filter ?? '',
  states: states ?? [],
  at: timesMessage(times),
});

export const shareMessage = (entityId: string, { grantee, right }: Share): object => ({
  entity_id: entityId,
  grantee,
  right: right === 'read' ? 'RIGHT_READ' : 'RIGHT_WRITE',
});

export const subscribeMessage = (wish: SubscriptionWish): object => ({
  subscriber: wish.subscriber ?? '',
  after_cursor: wish.afterCursor ?? '',
  from_beginning: wish.fromBeginning ?? false,
  entity_types: wish.entityTypes ?? [],
  entity_ids: wish.entityIds ?? [],
});

/** @throws Fault UNEXPECTED when the store says what this client is too old for */
export function eventOf(message: EventMessage | null | undefined): StoredEvent {
  if (message == null) throw unreadable('event', message);
  return {
    entityId: message.entity_id,
    entityType: message.entity_type,
    data: JSON.parse(message.data_json) as JsonData,
    ...changeOf(message),
  };
}

export const movedOf = ({ event, workflow_id: workflowId }: MovedMessage): Moved => ({
  event: eventOf(event),
  workflowId: workflowId === '' ? null : workflowId,
});

export const auditOf = (message: AuditMessage): AuditEntry => ({
  ...changeOf(message),
  stateChange:
    message.state_change == null
      ? null
      : {
          fromState: message.state_change.from_state,
          toState: message.state_change.to_state,
          guard: message.state_change.guard === '' ? null : message.state_change.guard,
          allowedBy: message.state_change.allowed_by,
        },
});

export const deliveredOf = ({ event, cursor }: DeliveredMessage): Delivered => ({
  event: event == null ? undefined : eventOf(event),
  cursor,
});

export const checkpointOf = (message: CheckpointMessage): Checkpoint | undefined =>
  message.cursor === ''
    ? undefined
    : { cursor: message.cursor, movedAt: microsOf('moved_at', message.moved_at) };

function changeOf(message: AuditMessage | EventMessage) {
  const { event_type: word, valid_to: until } = message;
  const eventType = EVENT_TYPES.find((type) => word === `EVENT_TYPE_${type}`);
  if (eventType === undefined) throw unreadable('event_type', word);
  return {
    version: Number(message.version),
    eventType,
    state: message.state === '' ? null : message.state,
    owner: message.owner,
    changedBy: message.changed_by,
    txTime: microsOf('tx_time', message.tx_time),
    validFrom: microsOf('valid_from', message.valid_from),
    validTo: until == null ? null : microsOf('valid_to', until),
  };
}

const seenMessage = ({ entityId, version }: SeenVersion): object => ({
  entity_id: entityId,
  expected_version: String(version),
});

const validMessage = ({ validFrom, validTo }: ValidTimes): object => ({
  valid: { ...present('from', timestampOf(validFrom)), ...present('to', timestampOf(validTo)) },
});

function present(name: string, time: Timestamp | undefined): object {
  return time === undefined ? {} : { [name]: time };
}

function timestampOf(micros: Micros | undefined): Timestamp | undefined {
  if (micros === undefined) return undefined;
  if (!Number.isSafeInteger(micros)) {
    throw new Fault('ARGUMENT_INVALID', {
      name: 'time',
      rule: 'whole microseconds',
      value: micros,
    });
  }
  const seconds = Math.floor(micros / 1e6);
  return { seconds: String(seconds), nanos: (micros - seconds * 1e6) * 1_000 };
}

function microsOf(name: string, time: MaybeTime): Micros {
  if (time == null) throw unreadable(name, time);
  return Number(time.seconds) * 1e6 + Math.floor(time.nanos / 1_000);
}

const unreadable = (field: string, found: unknown): Fault =>
  new Fault('UNEXPECTED', { field, found, cure: 'use the client of the version of the store' });
