/** Bodies of the calls, as the OpenAPI page shows them. */
import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import { EVENT_TYPES } from '@tickmesh/domain-store';

type Schema = ApiResponseSchemaHost['schema'];
type Property = NonNullable<Extract<Schema, { properties?: unknown }>['properties']>[string];

const text = (description: string, more: object = {}): Property => ({
  type: 'string',
  description,
  ...more,
});
const time = (description: string): Property => text(description, { format: 'date-time' });
const object = (
  properties: Record<string, Property>,
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  required: [...required],
});
const list = (field: string, items: Schema): Schema =>
  object({ [field]: { type: 'array', items, minItems: 1, maxItems: 1_000 } }, [field]);

const DATA: Property = {
  type: 'object',
  description: 'The values by column; fields left out are null.',
  example: { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY' },
};
const ENTITY_ID = text('The entity.', { format: 'uuid' });
const EXPECTED = { type: 'integer', minimum: 1, description: 'The version that was seen.' };
const VALID: Record<string, Property> = {
  valid_from: time('From when on it holds. Absent: from the recorded time on.'),
  valid_to: time('Until when, exclusive. Absent: without end.'),
};

export const WRITE = object(
  {
    entity_type: text('A type that the store declares.', { example: 'Trade' }),
    data: DATA,
    key: text("The caller's own name for the entity; the same key is the same entity."),
    ...VALID,
  },
  ['entity_type', 'data'],
);
export const UPDATE = object({ expected_version: EXPECTED, data: DATA, ...VALID }, [
  'expected_version',
  'data',
]);
const MOVE: Record<string, Property> = {
  expected_version: EXPECTED,
  to_state: text('State to go to.', { example: 'FILLED' }),
  data: { ...DATA, description: 'New values. Absent: as they are.' },
  ...VALID,
};
const MOVE_REQUIRED = ['expected_version', 'to_state'];
export const TRANSITION = object(
  {
    ...MOVE,
    key: text(
      "The caller's own name for the call: the same again is answered as it was, and changes nothing.",
      { pattern: '^[\\x21-\\x7e]{1,200}$' },
    ),
  },
  MOVE_REQUIRED,
);
const DELETE = object({ expected_version: EXPECTED, valid_from: VALID['valid_from'] as Property }, [
  'expected_version',
]);
const withId = (schema: Schema): Schema => ({
  allOf: [object({ entity_id: ENTITY_ID }, ['entity_id']), schema],
});
export const WRITES = list('writes', WRITE);
export const UPDATES = list('updates', withId(UPDATE));
export const TRANSITIONS = list('transitions', withId(object(MOVE, MOVE_REQUIRED)));
export const DELETES = list('deletes', withId(DELETE));

export const EVENT = object({
  entity_id: ENTITY_ID,
  entity_type: text('Type.'),
  version: { type: 'integer', description: 'From 1, without gaps.' },
  event_type: text('What was done.', { enum: [...EVENT_TYPES] }),
  state: text('State of its machine; null for a type without one.', { nullable: true }),
  data: DATA,
  owner: text('Who owns the entity.'),
  changed_by: text('Who wrote this version.'),
  tx_time: time('When the store recorded it.'),
  valid_from: time('From when on it holds.'),
  valid_to: text('Until when, exclusive; null: without end.', {
    format: 'date-time',
    nullable: true,
  }),
});
