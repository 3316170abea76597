import { type Fault, faultOf } from '@tickmesh/kernel';

/** A computation that failed, kept as a value so that it flows to whoever asks and to nobody else. */
export class Failure {
  readonly fault: Fault;

  constructor(thrown: unknown) {
    this.fault = faultOf(thrown);
  }
}

/** The value, or the throwing of its fault. */
export function unwrap(outcome: unknown): unknown {
  if (outcome instanceof Failure) throw outcome.fault;
  return outcome;
}

/**
 * Equality by value: numbers by what they are worth (0 equals -0, NaN equals NaN), lists and plain
 * records by their parts, failures by code and facts.
 */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other || Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (one instanceof Failure || other instanceof Failure) {
    return one instanceof Failure && other instanceof Failure && sameFault(one.fault, other.fault);
  }
  if (Array.isArray(one) && Array.isArray(other)) return sameList(one, other);
  return isPlain(one) && isPlain(other) && sameRecord(one, other);
}

function sameFault(one: Fault, other: Fault): boolean {
  return one.code === other.code && one.message === other.message;
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => sameValue(item, other[index]));
}

type PlainRecord = Readonly<Record<string, unknown>>;

function sameRecord(one: PlainRecord, other: PlainRecord): boolean {
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]));
}

function isPlain(value: object): value is PlainRecord {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
