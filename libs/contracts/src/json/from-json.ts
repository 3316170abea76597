import { InstrumentMaster } from '../instrument-master.ts';
import type { MarketEventType, RecordName, RecordTypes } from '../gen/types.ts';
import type { Role, Violation } from '../rules/rule.ts';
import { ruleBroken, validate } from '../validate.ts';
import { filledIn } from './filled-in.ts';
import { flatPath, nested } from './flat-market-event.ts';
import { ShapeReader, plain } from './read-value.ts';
import {
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonTree,
  parseJson,
  treeOf,
} from './tree.ts';

export interface JsonReading {
  /** Names the exchange of a symbol that comes without; by default the declared instruments do. */
  readonly exchangeOf?: (symbol: string) => string;
  /** Receive time of a message that says none; by default its own `timestamp`. */
  readonly receivedAtMicros?: number;
  /** The only kind of market event that is taken here. */
  readonly eventType?: MarketEventType;
  /** As a `writer` the message also obeys the rules about what may be written. */
  readonly role?: Role;
}

/** Stands for the exchange while the rules are asked, so that a broken rule is told before a lookup. */
const EXCHANGE_STAND_IN = 'UNRESOLVED';

let declared: InstrumentMaster | undefined;

/**
 * A record from its JSON form: RFC 3339 times with zone, decimals as numbers read from their source
 * text, bytes in base64, price levels as pairs, a market event flat. Nothing is coerced; unknown keys
 * are ignored.
 * @param source JSON text, or a value that something else has parsed
 * @throws Fault MSG_UNREADABLE (not JSON), MSG_RULE_BROKEN (with `violations`), INSTRUMENT_UNKNOWN,
 *   INSTRUMENT_AMBIGUOUS, MSG_TOO_LARGE
 */
export function fromJson<Name extends RecordName>(
  name: Name,
  source: unknown,
  reading: JsonReading = {},
): RecordTypes[Name] {
  const tree = typeof source === 'string' ? parseJson(source) : treeOf(source);
  if (!isJsonObject(tree)) {
    throw ruleBroken(name, [{ field: '', rule: 'an object', value: plain(tree) }]);
  }
  requireType(name, tree, reading);
  const reader = new ShapeReader(allowsNulls(name, tree));
  const record = reader.record(name, prepared(name, tree), '', filledIn(name));
  refuseIfAny(name, reader.found);
  const value = record as unknown as RecordTypes[Name];
  const unresolved = fillIn(name, record, reading);
  refuseIfAny(name, validate(name, value as never, reading.role));
  if (unresolved) {
    const exchangeOf = reading.exchangeOf ?? declaredExchange;
    record['exchange'] = exchangeOf(record['symbol'] as string);
  }
  return value;
}

function requireType(name: RecordName, tree: JsonObject, { eventType }: JsonReading): void {
  if (name !== 'MarketEvent' || eventType === undefined) return;
  const found = tree.get('event_type');
  if (found === eventType) return;
  const rule = found === undefined ? 'required' : eventType;
  throw ruleBroken(name, [{ field: 'event_type', rule, value: plain(found) }]);
}

/** Feeds say null for what a quote does not have; orders and reports leave it out. */
function allowsNulls(name: RecordName, tree: JsonObject): boolean {
  if (name === 'OfiEvent') return true;
  return name === 'MarketEvent' && tree.get('event_type') === 'tick_event';
}

function prepared(name: RecordName, tree: JsonObject): JsonObject {
  if (name === 'MarketEvent') return nested(tree);
  return name === 'OfiEvent' ? withNamedWindow(tree) : tree;
}

/** A window may be given by its length in milliseconds: 100 is `100ms`, 1000 is `1s`. */
function withNamedWindow(tree: JsonObject): JsonObject {
  const window = tree.get('window');
  if (!(window instanceof JsonNumber)) return tree;
  const milliseconds = Number(window.text);
  if (!Number.isSafeInteger(milliseconds)) return tree;
  const seconds = milliseconds / 1000;
  const named: JsonTree = Number.isInteger(seconds) ? `${seconds}s` : `${milliseconds}ms`;
  return new Map([...tree, ['window', named]]);
}

/** @returns whether the exchange is still to be looked up */
function fillIn(name: RecordName, record: Record<string, unknown>, reading: JsonReading): boolean {
  if (wants(name, record, 'received_at')) {
    record['received_at'] = reading.receivedAtMicros ?? record['timestamp'];
  }
  if (!wants(name, record, 'exchange')) return false;
  record['exchange'] = EXCHANGE_STAND_IN;
  return true;
}

function wants(name: RecordName, record: Record<string, unknown>, field: string): boolean {
  return filledIn(name).includes(field) && !(field in record);
}

function declaredExchange(symbol: string): string {
  declared ??= new InstrumentMaster();
  return declared.resolve(symbol).exchange;
}

function refuseIfAny(name: RecordName, found: readonly Violation[]): void {
  if (found.length === 0) return;
  if (name !== 'MarketEvent') throw ruleBroken(name, found);
  throw ruleBroken(
    name,
    found.map((violation) => ({ ...violation, field: flatPath(violation.field) })),
  );
}
