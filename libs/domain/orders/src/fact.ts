/**
 * What is known about an order, as facts. A fact is never changed or taken back; what an order *is* follows
 * from the set of its facts (fold.ts), so that the order of their arrival and their repetition cannot matter.
 *
 * Quantities, prices and fees are scaled integers of ORDER_SCALE (9 digits after the point); notionals are
 * of NOTIONAL_SCALE. Times are microseconds since the epoch: the venue's for what the venue says, ours for
 * what we did.
 */
import { ORDER_SCALE, formatDecimal, parseDecimal } from '@tickmesh/kernel';

/** Digits of quantity x price, both of ORDER_SCALE. */
export const NOTIONAL_SCALE = 2 * ORDER_SCALE;

export type Side = 'BUY' | 'SELL';
export type OrderKind = 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT';
export type Lifetime = 'DAY' | 'GTC' | 'IOC' | 'FOK';
export type Liquidity = 'MAKER' | 'TAKER';

/** What a replace may change. */
export interface OrderTerms {
  readonly quantity: bigint;
  readonly limitPrice?: bigint | undefined;
  readonly stopPrice?: bigint | undefined;
}

/** The order as it was wanted. Every set of facts has exactly one. */
export interface IntentFact {
  readonly kind: 'intent';
  readonly intentId: string;
  readonly atMicros: number;
  readonly side: Side;
  readonly orderKind: OrderKind;
  readonly lifetime: Lifetime;
  readonly terms: OrderTerms;
  /** It rests or is refused, and never takes. */
  readonly postOnly?: boolean;
}

/**
 * What risk said: at `intake`, and again at the `wire`, where a kill switch may still stop an approved order.
 * `reason` names every failed check by its code. `arrivalMid` is the reference at the decision, for slippage.
 */
export interface DecisionFact {
  readonly kind: 'decision';
  readonly stage: 'intake' | 'wire';
  readonly approved: boolean;
  readonly reason?: string | undefined;
  readonly arrivalMid?: bigint | undefined;
  readonly atMicros: number;
}

/** Recorded before the wire: from here on the broker may have the order. */
export interface SendingFact {
  readonly kind: 'sending';
  readonly attempt: number;
  readonly clientOrderId: string;
  readonly atMicros: number;
}

/** The broker's answer to an attempt did not come in time, or a look-up was inconclusive. */
export interface UnansweredFact {
  readonly kind: 'unanswered';
  readonly attempt: number;
  readonly atMicros: number;
}

/** The broker proved that it never accepted this attempt. */
export interface AbsentFact {
  readonly kind: 'absent';
  readonly attempt: number;
  readonly atMicros: number;
}

export interface AcknowledgedFact {
  readonly kind: 'acknowledged';
  readonly venueOrderId: string;
  readonly atMicros: number;
}

export interface RejectedFact {
  readonly kind: 'rejected';
  readonly reason: string;
  readonly atMicros: number;
}

/** The stop price was reached. */
export interface TriggeredFact {
  readonly kind: 'triggered';
  readonly atMicros: number;
}

export interface FillFact {
  readonly kind: 'fill';
  readonly executionId: string;
  readonly quantity: bigint;
  readonly price: bigint;
  /** Above 0 is paid, below 0 is a rebate. */
  readonly fee: bigint;
  readonly feeCurrency: string;
  readonly liquidity?: Liquidity | undefined;
  readonly atMicros: number;
}

/**
 * Made by us when the venue's cumulative quantity stays above the fills it has told. Holds the venue's totals,
 * so that real fills that come later replace it instead of adding to it.
 */
export interface InferredFillFact {
  readonly kind: 'inferred-fill';
  readonly cumulativeQuantity: bigint;
  /** cumulative quantity x average price, NOTIONAL_SCALE. */
  readonly cumulativeNotional: bigint;
  readonly atMicros: number;
}

/** The venue took the execution back. */
export interface BustFact {
  readonly kind: 'bust';
  readonly executionId: string;
  readonly atMicros: number;
}

/** The venue restated an execution; the highest revision holds. */
export interface CorrectionFact {
  readonly kind: 'correction';
  readonly executionId: string;
  readonly revision: number;
  readonly quantity: bigint;
  readonly price: bigint;
  readonly atMicros: number;
}

export interface CancelRequestedFact {
  readonly kind: 'cancel-requested';
  readonly requestId: string;
  readonly atMicros: number;
}

export interface CancelRejectedFact {
  readonly kind: 'cancel-rejected';
  readonly requestId: string;
  readonly reason: string;
  readonly atMicros: number;
}

/** `revision` counts the replaces of this order from 1; the highest accepted one holds. */
export interface ReplaceRequestedFact {
  readonly kind: 'replace-requested';
  readonly requestId: string;
  readonly revision: number;
  readonly terms: OrderTerms;
  readonly atMicros: number;
}

export interface ReplaceAcceptedFact {
  readonly kind: 'replace-accepted';
  readonly requestId: string;
  readonly atMicros: number;
}

export interface ReplaceRejectedFact {
  readonly kind: 'replace-rejected';
  readonly requestId: string;
  readonly reason: string;
  readonly atMicros: number;
}

export interface CanceledFact {
  readonly kind: 'canceled';
  readonly reason?: string | undefined;
  readonly atMicros: number;
}

/** The venue let it lapse (DAY, IOC), or the intent's deadline passed before it was sent. */
export interface ExpiredFact {
  readonly kind: 'expired';
  readonly reason?: string | undefined;
  readonly atMicros: number;
}

/** The venue's own totals at one of its times. */
export interface SnapshotFact {
  readonly kind: 'snapshot';
  readonly cumulativeQuantity: bigint;
  readonly atMicros: number;
}

/** Every fact but the intent. */
export type OrderFact =
  | DecisionFact
  | SendingFact
  | UnansweredFact
  | AbsentFact
  | AcknowledgedFact
  | RejectedFact
  | TriggeredFact
  | FillFact
  | InferredFillFact
  | BustFact
  | CorrectionFact
  | CancelRequestedFact
  | CancelRejectedFact
  | ReplaceRequestedFact
  | ReplaceAcceptedFact
  | ReplaceRejectedFact
  | CanceledFact
  | ExpiredFact
  | SnapshotFact;

/**
 * The identity of a fact within its order. Two facts of one key and equal content are one fact; two of one
 * key and different content are a conflict that the fold reports.
 */
export function factKey(fact: OrderFact): string {
  switch (fact.kind) {
    case 'decision':
      return `decision:${fact.stage}`;
    case 'sending':
    case 'unanswered':
    case 'absent':
      return `${fact.kind}:${fact.attempt}`;
    case 'fill':
    case 'bust':
      return `${fact.kind}:${fact.executionId}`;
    case 'correction':
      return `correction:${fact.executionId}:${fact.revision}`;
    case 'inferred-fill':
      return `inferred-fill:${fact.cumulativeQuantity}`;
    case 'cancel-requested':
    case 'cancel-rejected':
    case 'replace-requested':
    case 'replace-accepted':
    case 'replace-rejected':
      return `${fact.kind}:${fact.requestId}`;
    case 'snapshot':
      return `snapshot:${fact.atMicros}`;
    case 'acknowledged':
    case 'rejected':
    case 'triggered':
    case 'canceled':
    case 'expired':
      return fact.kind;
  }
}

/** Decimal fields of facts and intents by name, with their scale. */
const DECIMAL_FIELDS: ReadonlyMap<string, number> = new Map([
  ['quantity', ORDER_SCALE],
  ['price', ORDER_SCALE],
  ['fee', ORDER_SCALE],
  ['limitPrice', ORDER_SCALE],
  ['stopPrice', ORDER_SCALE],
  ['arrivalMid', ORDER_SCALE],
  ['cumulativeQuantity', ORDER_SCALE],
  ['cumulativeNotional', NOTIONAL_SCALE],
]);

/** Plain JSON text, decimals as texts, keys in order: equal facts give equal texts. */
export function encodeFact(fact: OrderFact | IntentFact): string {
  return JSON.stringify(sortedPlain(fact));
}

/** The inverse of `encodeFact`, also of the same JSON already parsed. */
export function decodeFact(json: string | object): OrderFact {
  const plain: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return restored(plain) as OrderFact;
}

/** As `decodeFact`, of an intent's text. */
export function decodeIntent(json: string | object): IntentFact {
  return decodeFact(json) as OrderFact | IntentFact as IntentFact;
}

function sortedPlain(value: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, held] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (held === undefined) continue;
    const scale = DECIMAL_FIELDS.get(name);
    if (typeof held === 'bigint') plain[name] = formatDecimal(held, scale);
    else
      plain[name] = typeof held === 'object' && held !== null ? sortedPlain(held as object) : held;
  }
  return plain;
}

function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [name, held] of Object.entries(value)) {
    const scale = DECIMAL_FIELDS.get(name);
    result[name] =
      scale !== undefined && typeof held === 'string' ? parseDecimal(held, scale) : restored(held);
  }
  return result;
}
