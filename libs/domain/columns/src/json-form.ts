/**
 * Values as JSON carries them. Text stands for what JSON has no number for: a timestamp is RFC 3339 with
 * its zone, a decimal and a bigint are their digits. Bytes have no form here; no entity holds them.
 */
import {
  formatDecimal,
  formatRfc3339,
  isFault,
  parseDecimal,
  parseRfc3339,
} from '@tickmesh/kernel';
import type { ColumnDefinition } from './definition.ts';

const WHOLE_NUMBER = /^-?\d{1,38}$/;

/** The JSON form of a value that keeps its column's rules. */
export function valueToJson(definition: ColumnDefinition, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (definition.type) {
    case 'timestamp':
      return formatRfc3339(value as number);
    case 'decimal':
      return formatDecimal(value as bigint, definition.scale);
    case 'bigint':
      return (value as bigint).toString();
    default:
      return value;
  }
}

/**
 * The value that a JSON form stands for; undefined when it is not a form of the column's type, as a
 * timestamp that is a number, or one without a zone. Other rules are left to `valueProblems`.
 */
export function valueFromJson(definition: ColumnDefinition, json: unknown): unknown {
  if (json === null) return null;
  switch (definition.type) {
    case 'timestamp':
      return typeof json === 'string' ? parseRfc3339(json) : undefined;
    case 'decimal':
      return decimalFromJson(json, definition.scale);
    case 'bigint':
      return typeof json === 'string' && WHOLE_NUMBER.test(json) ? BigInt(json) : undefined;
    case 'bytes':
      return undefined;
    default:
      return json;
  }
}

/** A number is taken by its shortest text, which is its source's for up to 15 digits. */
function decimalFromJson(json: unknown, scale: number | undefined): bigint | undefined {
  if (typeof json !== 'string' && !Number.isFinite(json)) return undefined;
  try {
    return parseDecimal(String(json), scale);
  } catch (thrown) {
    if (isFault(thrown)) return undefined;
    throw thrown;
  }
}
