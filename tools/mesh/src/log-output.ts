/** Events of the log as people read them, and as the store's HTTP calls have them. */
import type { AuditEntry, JsonData, StoredEvent } from '@tickmesh/client';
import { ENTITIES } from '@tickmesh/domain-columns';
import { formatRfc3339 } from '@tickmesh/kernel';
import { json, table } from './output.ts';

export const eventBody = (event: StoredEvent): JsonData => ({
  entity_id: event.entityId,
  entity_type: event.entityType,
  data: event.data,
  ...changeBody(event),
});

export const auditBody = (entry: AuditEntry): JsonData => ({
  ...changeBody(entry),
  state_change:
    entry.stateChange === null
      ? null
      : {
          from_state: entry.stateChange.fromState,
          to_state: entry.stateChange.toState,
          guard: entry.stateChange.guard,
          allowed_by: entry.stateChange.allowedBy,
        },
});

/** One version with its values. */
export function showEvent(event: StoredEvent): string {
  const { entityType, entityId, version, eventType, state, changedBy } = event;
  const inState = state === null ? '' : `, in state ${state}`;
  const values = valuesInOrder(event).map(([field, value]) => [field, cell(value)] as const);
  const width = Math.max(0, ...values.map(([field]) => field.length));
  return [
    `${entityType} ${entityId}`,
    `version ${version}: ${eventType} by ${changedBy}${inState}`,
    `recorded ${formatRfc3339(event.txTime)}`,
    `holds from ${formatRfc3339(event.validFrom)} ${until(event.validTo)}`,
    ...values.map(([field, value]) => `  ${field.padEnd(width)}  ${value}`.trimEnd()),
  ].join('\n');
}

export function showVersions(events: readonly StoredEvent[]): string {
  return table(
    ['version', 'what', 'state', 'by', 'recorded', 'holds from', 'until', 'values'],
    events.map((event) => [...changeCells(event), valuesText(event)]),
  );
}

export function showAudit(entries: readonly AuditEntry[]): string {
  return table(
    ['version', 'what', 'state', 'by', 'recorded', 'holds from', 'until', 'transition'],
    entries.map((entry) => [...changeCells(entry), transitionText(entry)]),
  );
}

export function showFound(events: readonly StoredEvent[]): string {
  return table(
    ['entity', 'version', 'state', 'recorded', 'values'],
    events.map((event) => [
      event.entityId,
      event.version,
      event.state ?? '',
      formatRfc3339(event.txTime),
      valuesText(event),
    ]),
  );
}

type Change = Omit<AuditEntry, 'stateChange'>;

const changeBody = (change: Change): JsonData => ({
  version: change.version,
  event_type: change.eventType,
  state: change.state,
  owner: change.owner,
  changed_by: change.changedBy,
  tx_time: formatRfc3339(change.txTime),
  valid_from: formatRfc3339(change.validFrom),
  valid_to: change.validTo === null ? null : formatRfc3339(change.validTo),
});

const changeCells = (change: Change): (string | number)[] => [
  change.version,
  change.eventType,
  change.state ?? '',
  change.changedBy,
  formatRfc3339(change.txTime),
  formatRfc3339(change.validFrom),
  change.validTo === null ? '' : formatRfc3339(change.validTo),
];

function transitionText({ stateChange }: AuditEntry): string {
  if (stateChange === null) return '';
  const { fromState, toState, guard, allowedBy } = stateChange;
  const held = guard === null ? '' : `, as ${guard}`;
  const roles = allowedBy.length === 0 ? '' : `, by ${allowedBy.join(' or ')}`;
  return `${fromState} to ${toState}${held}${roles}`;
}

const until = (validTo: number | null): string =>
  validTo === null ? 'on' : `until ${formatRfc3339(validTo)}`;

/** As the type declares its fields; of a type that the command line does not know, as they come. */
function valuesInOrder({ entityType, data }: StoredEvent): [string, unknown][] {
  const known = ENTITIES.find(({ name }) => name === entityType);
  const fields = Object.keys(known?.fields ?? {}).filter((field) => Object.hasOwn(data, field));
  return [...new Set([...fields, ...Object.keys(data)])].map((field) => [field, data[field]]);
}

/** Nulls say nothing. */
const valuesText = (event: StoredEvent): string =>
  valuesInOrder(event)
    .filter(([, value]) => value !== null)
    .map(([field, value]) => `${field} ${cell(value)}`)
    .join(', ');

const cell = (value: unknown): string =>
  value === null ? '' : typeof value === 'string' ? value : json(value);
