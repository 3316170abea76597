import { ERRORS, type ErrorCode } from './gen/errors.ts';
import { KINDS, type Kind, type Reaction } from './kinds.ts';

/** Recognises a Fault of any copy of this package: `instanceof` fails across realms and bundles. */
const BRAND: unique symbol = Symbol.for('tickmesh.Fault') as never;

/** The facts of a fault: names with units, no secrets, no prose. */
export type FaultDetails = Readonly<Record<string, unknown>>;

/** The one error class. Its code, from contracts/errors.yaml, decides every reaction to it. */
export class Fault extends Error {
  readonly [BRAND] = true;
  override readonly name = 'Fault';
  readonly code: ErrorCode;
  readonly details: FaultDetails;

  constructor(code: ErrorCode, details: FaultDetails = {}, cause?: unknown) {
    super(sentence(code, details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  get kind(): Kind {
    return ERRORS[this.code].kind;
  }

  get reaction(): Reaction {
    return KINDS[this.kind];
  }
}

/** Total: anything thrown becomes a Fault, so that no handler has to guess what it caught. */
export function faultOf(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault('UNEXPECTED', { message: text }, thrown);
}

export function isFault(thrown: unknown): thrown is Fault {
  return typeof thrown === 'object' && thrown !== null && BRAND in thrown;
}

/**
 * States what must hold, positively. A failure is our bug.
 * @throws Fault INVARIANT
 */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Fault('INVARIANT', { invariant });
}

/** Closes an exhaustive switch: the compiler refuses a case that was forgotten. */
export function assertNever(value: never): never {
  throw new Fault('INVARIANT', { invariant: 'Every case is handled', value });
}

/** The table's sentence, then the facts, so that a log line or a terminal needs nothing else. */
function sentence(code: ErrorCode, details: FaultDetails): string {
  const facts = Object.entries(details).map(([name, value]) => `${name}: ${shown(value)}`);
  return facts.length === 0 ? ERRORS[code].says : `${ERRORS[code].says} (${facts.join('; ')})`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  try {
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'bigint' ? inner.toString() : inner,
    );
  } catch {
    return String(value);
  }
}
