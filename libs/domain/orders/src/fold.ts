/**
 * The state of an order as a fold over the set of its facts.
 *
 * Laws   F1 any order of arrival gives the same state
 *        F2 any repetition gives the same state
 *        F3 every real fill counts, whatever else is known
 *        (fold.prop.spec.ts)
 */
import { divideHalfEven, formatDecimal } from '@tickmesh/kernel';
import { type Anomaly, type AnomalyCode, anomaly } from './anomaly.ts';
import { type EffectiveFill, effectiveFills } from './executions.ts';
import {
  type IntentFact,
  type OrderFact,
  type OrderTerms,
  type ReplaceRequestedFact,
  encodeFact,
  factKey,
} from './fact.ts';
import { type Gathered, gather } from './gather.ts';
import { type OrderStatus, type StatusFacts, deriveStatus } from './status.ts';

export interface OrderState {
  /** What is shown: an open cancel or replace request hides what is beneath. */
  readonly status: OrderStatus;
  /** The status as if no cancel or replace were asked for: what is reported. */
  readonly executionStatus: OrderStatus;
  /** Of the last accepted replace, else of the intent. */
  readonly terms: OrderTerms;
  readonly cumulativeQuantity: bigint;
  /** Sum of quantity x price over the fills, NOTIONAL_SCALE. */
  readonly cumulativeNotional: bigint;
  /** ORDER_SCALE, ties to even, for reports only; undefined without fills. */
  readonly averagePrice: bigint | undefined;
  /** What can still be filled; 0 once the order has ended. */
  readonly leavesQuantity: bigint;
  readonly overfillQuantity: bigint;
  /** What the venue says it filled beyond the executions that it told. */
  readonly missingFillQuantity: bigint;
  readonly fills: readonly EffectiveFill[];
  /** ORDER_SCALE, by currency. */
  readonly fees: ReadonlyMap<string, bigint>;
  readonly clientOrderId: string | undefined;
  readonly venueOrderId: string | undefined;
  readonly attempts: number;
  /** True while it is not known whether the broker has the order, whatever the status shows. */
  readonly unresolved: boolean;
  /** Whether anything more can be expected, late fills and busts apart. */
  readonly ended: boolean;
  readonly openCancels: readonly string[];
  readonly openReplaces: readonly string[];
  readonly reason: string | undefined;
  readonly arrivalMid: bigint | undefined;
  /** Of the first attempt, and of the last one. */
  readonly submittedAtMicros: number | undefined;
  readonly lastSentAtMicros: number | undefined;
  readonly acknowledgedAtMicros: number | undefined;
  readonly lastFillAtMicros: number | undefined;
  readonly anomalies: readonly Anomaly[];
}

/** The state that the facts give, whatever their order and repetition. */
export function foldOrder(intent: IntentFact, facts: Iterable<OrderFact>): OrderState {
  const fold = new OrderFold(intent);
  for (const fact of facts) fold.add(fact);
  return fold.state();
}

/** The same fold, fact by fact. */
export class OrderFold {
  readonly intent: IntentFact;
  readonly #facts = new Map<string, OrderFact>();
  readonly #conflicts = new Set<string>();
  #state: OrderState | undefined;

  constructor(intent: IntentFact) {
    this.intent = intent;
  }

  /** Returns whether the fact says anything new. */
  add(fact: OrderFact): boolean {
    const key = factKey(fact);
    const held = this.#facts.get(key);
    if (held === undefined) {
      this.#facts.set(key, fact);
      this.#state = undefined;
      return true;
    }
    const order = compareVersions(held, fact);
    if (order === 0) return false;
    let changed = false;
    if (!sameButTime(held, fact) && !this.#conflicts.has(key)) {
      this.#conflicts.add(key);
      changed = true;
    }
    if (order > 0) {
      this.#facts.set(key, fact);
      changed = true;
    }
    if (changed) this.#state = undefined;
    return changed;
  }

  facts(): readonly OrderFact[] {
    return [...this.#facts.values()];
  }

  state(): OrderState {
    this.#state ??= derive(this.intent, this.#facts.values(), this.#conflicts);
    return this.#state;
  }
}

/** Of two facts of one key the earlier counts, then the one whose text is smaller: a choice no arrival can sway. */
function compareVersions(a: OrderFact, b: OrderFact): number {
  if (a === b) return 0;
  if (a.atMicros !== b.atMicros) return a.atMicros - b.atMicros;
  const [first, second] = [encodeFact(a), encodeFact(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function sameButTime(a: OrderFact, b: OrderFact): boolean {
  return encodeFact({ ...a, atMicros: 0 }) === encodeFact({ ...b, atMicros: 0 });
}

function derive(
  intent: IntentFact,
  facts: Iterable<OrderFact>,
  conflicts: ReadonlySet<string>,
): OrderState {
  const known = gather(facts);
  const fills = effectiveFills(known);
  const totals = sumFills(fills);
  const terms = termsInForce(intent, known);
  const status = statusFactsOf(known, terms, totals.quantity);
  const ended = status.denied || status.rejected || status.canceled || status.expired;
  const open = ended || totals.quantity >= terms.quantity ? 0n : terms.quantity - totals.quantity;
  const excess = positive(totals.quantity - terms.quantity);
  const missing = positive((known.snapshot?.cumulativeQuantity ?? 0n) - totals.quantity);
  return {
    status: deriveStatus(status),
    executionStatus: deriveStatus({ ...status, cancelPending: false, replacePending: false }),
    terms,
    cumulativeQuantity: totals.quantity,
    cumulativeNotional: totals.notional,
    averagePrice:
      totals.quantity === 0n ? undefined : divideHalfEven(totals.notional, totals.quantity),
    leavesQuantity: open,
    overfillQuantity: excess,
    missingFillQuantity: missing,
    fills,
    fees: totals.fees,
    clientOrderId: [...known.sendings].sort(([a], [b]) => a - b)[0]?.[1],
    venueOrderId: known.acknowledged?.venueOrderId,
    attempts: known.sendings.size,
    unresolved: status.unresolved,
    ended: ended || open === 0n,
    openCancels: openRequests(known.cancelRequests, [known.cancelRejects]),
    openReplaces: openReplaces(known),
    reason: reasonOf(known),
    arrivalMid: known.intake?.arrivalMid,
    submittedAtMicros: known.submittedAtMicros,
    lastSentAtMicros: known.lastSentAtMicros,
    acknowledgedAtMicros: known.acknowledged?.atMicros,
    lastFillAtMicros: fills.at(-1)?.atMicros,
    anomalies: findAnomalies(known, { conflicts, excess, missing }),
  };
}

function statusFactsOf(known: Gathered, terms: OrderTerms, filled: bigint): StatusFacts {
  const open = [...known.sendings.keys()].filter((attempt) => !known.absent.has(attempt));
  const answered =
    known.acknowledged !== undefined ||
    known.rejected !== undefined ||
    known.triggered ||
    known.canceled !== undefined ||
    known.expired !== undefined ||
    known.fills.length > 0;
  return {
    denied: isDenied(known),
    approved: known.intake?.approved === true,
    sent: open.length > 0,
    acknowledged: known.acknowledged !== undefined,
    rejected: known.rejected !== undefined,
    canceled: known.canceled !== undefined,
    expired: known.expired !== undefined,
    triggered: known.triggered,
    unresolved: !answered && open.some((attempt) => known.unanswered.has(attempt)),
    quantity: terms.quantity,
    cumulativeQuantity: filled,
    cancelPending: openRequests(known.cancelRequests, [known.cancelRejects]).length > 0,
    replacePending: openReplaces(known).length > 0,
  };
}

const isDenied = (known: Gathered): boolean =>
  known.intake?.approved === false || known.wire?.approved === false;

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

function sumFills(fills: readonly EffectiveFill[]): {
  quantity: bigint;
  notional: bigint;
  fees: Map<string, bigint>;
} {
  let quantity = 0n;
  let notional = 0n;
  const fees = new Map<string, bigint>();
  for (const fill of fills) {
    quantity += fill.quantity;
    notional += fill.quantity * fill.price;
    if (fill.feeCurrency === undefined) continue;
    fees.set(fill.feeCurrency, (fees.get(fill.feeCurrency) ?? 0n) + fill.fee);
  }
  return { quantity, notional, fees };
}

function termsInForce(intent: IntentFact, known: Gathered): OrderTerms {
  const accepted = [...known.replaces.values()].filter(({ requestId }) =>
    known.replaceAccepts.has(requestId),
  );
  return accepted.sort(compareReplaces)[0]?.terms ?? intent.terms;
}

/** The highest revision first; of two that claim one revision the one that would count as one key. */
const compareReplaces = (a: ReplaceRequestedFact, b: ReplaceRequestedFact): number =>
  b.revision - a.revision || compareVersions(a, b);

/** Revisions that more than one replace claims, as the keys of a conflict. */
function contestedRevisions(known: Gathered): string[] {
  const claims = [...known.replaces.values()].map(({ revision }) => revision);
  const contested = claims.filter((revision, index) => claims.indexOf(revision) !== index);
  return [...new Set(contested)].sort((a, b) => a - b).map((one) => `replace revision ${one}`);
}

function openRequests(
  requests: Iterable<string>,
  answers: readonly ReadonlySet<string>[],
): string[] {
  return [...requests].filter((id) => !answers.some((answer) => answer.has(id))).sort();
}

const openReplaces = (known: Gathered): string[] =>
  openRequests(known.replaces.keys(), [known.replaceAccepts, known.replaceRejects]);

function reasonOf(known: Gathered): string | undefined {
  if (known.intake?.approved === false) return known.intake.reason;
  if (known.wire?.approved === false) return known.wire.reason;
  return known.rejected?.reason ?? known.canceled?.reason ?? known.expired?.reason;
}

function findAnomalies(
  known: Gathered,
  found: { conflicts: ReadonlySet<string>; excess: bigint; missing: bigint },
): Anomaly[] {
  const anomalies: Anomaly[] = [];
  const add = (code: AnomalyCode, detail: string): void =>
    void anomalies.push(anomaly(code, detail));
  for (const key of [...found.conflicts].sort()) {
    add(key.startsWith('fill:') ? 'fill-conflict' : 'fact-conflict', key);
  }
  for (const revision of contestedRevisions(known)) add('fact-conflict', revision);
  const executions = new Set(known.fills.map((fill) => fill.executionId));
  const unknown = (id: string): boolean => !executions.has(id);
  for (const id of [...known.busts.keys()].filter(unknown).sort()) add('bust-without-fill', id);
  for (const id of [...known.corrections.keys()].filter(unknown).sort()) {
    add('correction-without-fill', id);
  }
  if (found.excess > 0n) add('overfill', formatDecimal(found.excess));
  if (found.missing > 0n) add('missing-fills', formatDecimal(found.missing));

  const filled = known.fills.length > 0;
  const sent = known.sendings.size > 0;
  if (filled && isDenied(known)) add('fill-after-denial', 'denied by risk');
  if (filled && !isDenied(known) && !sent) add('fill-without-sending', 'not sent by us');
  if (filled && known.rejected !== undefined) add('fill-after-reject', known.rejected.reason);
  const allAbsent = sent && [...known.sendings.keys()].every((n) => known.absent.has(n));
  if (allAbsent && (filled || known.acknowledged !== undefined)) {
    add('answer-after-absence', 'every attempt had been proved absent');
  }
  return anomalies;
}
