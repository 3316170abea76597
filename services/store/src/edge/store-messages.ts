/** Requests and events as tickmesh.store.v1 has them. 64-bit integers are texts. */
import { Fault, parseRfc3339 } from '@tickmesh/kernel';
import { invalid } from '../app/arguments.ts';
import type {
  AuditEntry,
  Delete,
  JsonData,
  Query,
  Selection,
  Share,
  StoredEvent,
  Transitioned,
  TransitionWish,
  Update,
  ValidTimes,
  VersionPage,
  Write,
} from '../app/ports.ts';
import type { Checkpoint } from '../app/checkpoints.ts';

/** `google.protobuf.Timestamp`. */
export interface Timestamp {
  readonly seconds: number | string;
  readonly nanos: number;
}

type MaybeTime = Timestamp | null | undefined;

/** As the loader gives them: what is not set is an empty text, list or 0, or null for a message. */
export interface ValidMessage {
  readonly valid?: { readonly from?: MaybeTime; readonly to?: MaybeTime } | null;
}
export interface WriteMessage extends ValidMessage {
  readonly entity_type: string;
  readonly data_json: string;
  readonly key: string;
}
export interface ChangeMessage {
  readonly entity_id: string;
  readonly expected_version: string;
}
export interface UpdateMessage extends ChangeMessage, ValidMessage {
  readonly data_json: string;
}
export interface TransitionMessage extends ChangeMessage, ValidMessage {
  readonly to_state: string;
  readonly data_json?: string | null;
  readonly key: string;
}
export interface DeleteMessage extends ChangeMessage {
  readonly valid_from?: MaybeTime;
}
export interface PageMessage {
  readonly entity_id: string;
  readonly after_version: string;
  readonly page_size: number;
}
export interface TimePointMessage {
  readonly tx_time?: MaybeTime;
  readonly valid_time?: MaybeTime;
}
export interface SelectionMessage {
  readonly entity_type: string;
  readonly filter: string;
  readonly states: readonly string[];
  readonly at?: TimePointMessage | null;
}
export interface QueryMessage extends SelectionMessage {
  readonly page_size: number;
  readonly page_token: string;
}
export interface ShareMessage {
  readonly entity_id: string;
  readonly grantee: string;
  readonly right: string;
}

const RIGHTS: Readonly<Record<string, Share['right']>> = {
  RIGHT_READ: 'read',
  RIGHT_WRITE: 'write',
};

export const timestampOf = (micros: number): Timestamp => {
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: (micros - seconds * 1e6) * 1_000 };
};

const microsOf = (time: MaybeTime): number | undefined =>
  time == null ? undefined : Number(time.seconds) * 1e6 + Math.floor(time.nanos / 1_000);

const given = (text: string): string | undefined => (text === '' ? undefined : text);

export const writeOf = (message: WriteMessage): Write => ({
  entityType: message.entity_type,
  data: dataOf(message.data_json),
  key: given(message.key),
  ...validOf(message),
});

export const updateOf = (message: UpdateMessage): Update => ({
  ...changeOf(message),
  data: dataOf(message.data_json),
  ...validOf(message),
});

export const transitionOf = (message: TransitionMessage): TransitionWish => ({
  ...changeOf(message),
  toState: message.to_state,
  data: message.data_json == null ? undefined : dataOf(message.data_json),
  key: given(message.key),
  ...validOf(message),
});

export const deleteOf = (message: DeleteMessage): Delete => ({
  ...changeOf(message),
  validFrom: microsOf(message.valid_from),
});

export const pageOf = (message: PageMessage): VersionPage => ({
  entityId: message.entity_id,
  afterVersion: Number(message.after_version),
  limit: message.page_size === 0 ? undefined : message.page_size,
});

export const timesOf = (at: TimePointMessage | null | undefined) => ({
  txTime: microsOf(at?.tx_time),
  validTime: microsOf(at?.valid_time),
});

export const selectionOf = (message: SelectionMessage): Selection => ({
  entityType: given(message.entity_type),
  filter: given(message.filter),
  states: message.states,
  ...timesOf(message.at),
});

export const queryOf = (message: QueryMessage): Query => ({
  ...selectionOf(message),
  entityType: message.entity_type,
  limit: message.page_size === 0 ? undefined : message.page_size,
  pageToken: given(message.page_token),
});

export function shareOf({ entity_id: entityId, grantee, right }: ShareMessage): Share {
  const known = RIGHTS[right];
  if (known === undefined) throw invalid('right', 'RIGHT_READ or RIGHT_WRITE', right);
  return { entityId, grantee, right: known };
}

export const eventMessage = (event: StoredEvent) => ({
  entity_id: event.entityId,
  entity_type: event.entityType,
  version: String(event.version),
  event_type: `EVENT_TYPE_${event.eventType}`,
  state: event.state ?? '',
  data_json: JSON.stringify(event.data),
  owner: event.owner,
  changed_by: event.changedBy,
  ...timeMessages(event),
});

export const transitionedMessage = ({ event, workflowId }: Transitioned) => ({
  event: eventMessage(event),
  workflow_id: workflowId ?? '',
});

export const auditMessage = (entry: AuditEntry) => ({
  version: String(entry.version),
  event_type: `EVENT_TYPE_${entry.eventType}`,
  owner: entry.owner,
  changed_by: entry.changedBy,
  state: entry.state ?? '',
  ...(entry.stateChange === null
    ? {}
    : {
        state_change: {
          from_state: entry.stateChange.fromState,
          to_state: entry.stateChange.toState,
          guard: entry.stateChange.guard ?? '',
          allowed_by: entry.stateChange.allowedBy,
        },
      }),
  ...timeMessages(entry),
});

export const checkpointMessage = (cursor: string, checkpoint: Checkpoint) => ({
  cursor,
  moved_at: timestampOf(checkpoint.movedAt),
});

/** Values arrive as text, so that a transport's numbers cannot round them. @throws Fault ARGUMENT_INVALID */
export function dataOf(text: string): JsonData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isPlain(value)) return value;
  throw new Fault('ARGUMENT_INVALID', { name: 'data_json', rule: 'a JSON object' });
}

export const isPlain = (value: unknown): value is JsonData =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws Fault ARGUMENT_INVALID for a time without a zone */
export function microsOfText(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const micros = parseRfc3339(text);
  if (micros === undefined) throw invalid(name, 'RFC 3339 with a zone', text);
  return micros;
}

const changeOf = (message: ChangeMessage) => ({
  entityId: message.entity_id,
  expectedVersion: Number(message.expected_version),
});

const validOf = ({ valid }: ValidMessage): ValidTimes => ({
  validFrom: microsOf(valid?.from),
  validTo: microsOf(valid?.to),
});

const timeMessages = ({
  txTime,
  validFrom,
  validTo,
}: Pick<StoredEvent, 'txTime' | 'validFrom' | 'validTo'>) => ({
  tx_time: timestampOf(txTime),
  valid_from: timestampOf(validFrom),
  ...(validTo === null ? {} : { valid_to: timestampOf(validTo) }),
});
