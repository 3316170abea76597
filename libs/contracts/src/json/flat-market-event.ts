import type { FieldShape } from '../shape.ts';
import { SHAPES } from '../gen/shapes.ts';
import type { JsonObject, JsonTree } from './tree.ts';

/**
 * In JSON a market event is flat: the fields of its body stand beside those of the envelope, and
 * `event_type` tells which body it is.
 */
export const BODY_OF = {
  tick_event: 'tick',
  bar_event: 'bar',
  book_status: 'book_status',
} as const;

const RECORD_OF = { tick: 'Tick', bar: 'Bar', book_status: 'BookStatus' } as const;
type Body = keyof typeof RECORD_OF;

export function isBody(field: string): field is Body {
  return field in RECORD_OF;
}

/** The record's form of a flat tree. A body under its own name is an unknown key, as in any message. */
export function nested(flat: JsonObject): JsonObject {
  const body = bodyOf(flat.get('event_type'));
  const event = new Map<string, JsonTree>(pick(flat, SHAPES.MarketEvent));
  for (const name of Object.keys(RECORD_OF)) event.delete(name);
  if (body !== undefined) event.set(body, new Map(pick(flat, SHAPES[RECORD_OF[body]])));
  return event;
}

/** A path in the record as its place in the flat form: `tick.bid` is `bid`. */
export function flatPath(path: string): string {
  return path.replace(/^(?:tick|bar|book_status)\./, '');
}

function bodyOf(eventType: JsonTree | undefined): Body | undefined {
  if (typeof eventType !== 'string' || !Object.hasOwn(BODY_OF, eventType)) return undefined;
  return BODY_OF[eventType as keyof typeof BODY_OF];
}

function pick(flat: JsonObject, fields: readonly FieldShape[]): [string, JsonTree][] {
  return fields.flatMap(({ name }) => {
    const value = flat.get(name);
    return value === undefined ? [] : [[name, value] as [string, JsonTree]];
  });
}
