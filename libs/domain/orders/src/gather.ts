import type {
  AcknowledgedFact,
  BustFact,
  CanceledFact,
  CorrectionFact,
  DecisionFact,
  ExpiredFact,
  FillFact,
  InferredFillFact,
  OrderFact,
  RejectedFact,
  ReplaceRequestedFact,
  SnapshotFact,
} from './fact.ts';

/** The facts of one order by kind. */
export interface Gathered {
  intake?: DecisionFact;
  wire?: DecisionFact;
  acknowledged?: AcknowledgedFact;
  rejected?: RejectedFact;
  canceled?: CanceledFact;
  expired?: ExpiredFact;
  triggered: boolean;
  snapshot?: SnapshotFact;
  submittedAtMicros?: number;
  lastSentAtMicros?: number;
  /** Client order id by attempt. */
  readonly sendings: Map<number, string>;
  readonly unanswered: Set<number>;
  readonly absent: Set<number>;
  readonly fills: FillFact[];
  readonly busts: Map<string, BustFact>;
  readonly corrections: Map<string, CorrectionFact>;
  readonly inferred: InferredFillFact[];
  readonly cancelRequests: Set<string>;
  readonly cancelRejects: Set<string>;
  readonly replaces: Map<string, ReplaceRequestedFact>;
  readonly replaceAccepts: Set<string>;
  readonly replaceRejects: Set<string>;
}

export function gather(facts: Iterable<OrderFact>): Gathered {
  const known = nothingKnown();
  for (const fact of facts) (GATHER[fact.kind] as Gather<OrderFact>)(known, fact);
  return known;
}

const nothingKnown = (): Gathered => ({
  triggered: false,
  sendings: new Map(),
  unanswered: new Set(),
  absent: new Set(),
  fills: [],
  busts: new Map(),
  corrections: new Map(),
  inferred: [],
  cancelRequests: new Set(),
  cancelRejects: new Set(),
  replaces: new Map(),
  replaceAccepts: new Set(),
  replaceRejects: new Set(),
});

type Gather<F> = (known: Gathered, fact: F) => void;

const GATHER: { readonly [K in OrderFact['kind']]: Gather<Extract<OrderFact, { kind: K }>> } = {
  decision: (known, fact) => void (known[fact.stage] = fact),
  sending: (known, fact) => {
    known.sendings.set(fact.attempt, fact.clientOrderId);
    known.submittedAtMicros = Math.min(fact.atMicros, known.submittedAtMicros ?? Infinity);
    known.lastSentAtMicros = Math.max(fact.atMicros, known.lastSentAtMicros ?? 0);
  },
  unanswered: (known, fact) => void known.unanswered.add(fact.attempt),
  absent: (known, fact) => void known.absent.add(fact.attempt),
  acknowledged: (known, fact) => void (known.acknowledged = fact),
  rejected: (known, fact) => void (known.rejected = fact),
  triggered: (known) => void (known.triggered = true),
  canceled: (known, fact) => void (known.canceled = fact),
  expired: (known, fact) => void (known.expired = fact),
  fill: (known, fact) => void known.fills.push(fact),
  'inferred-fill': (known, fact) => void known.inferred.push(fact),
  bust: (known, fact) => void known.busts.set(fact.executionId, fact),
  correction: (known, fact) => {
    const held = known.corrections.get(fact.executionId);
    if (fact.revision > (held?.revision ?? -1)) known.corrections.set(fact.executionId, fact);
  },
  'cancel-requested': (known, fact) => void known.cancelRequests.add(fact.requestId),
  'cancel-rejected': (known, fact) => void known.cancelRejects.add(fact.requestId),
  'replace-requested': (known, fact) => void known.replaces.set(fact.requestId, fact),
  'replace-accepted': (known, fact) => void known.replaceAccepts.add(fact.requestId),
  'replace-rejected': (known, fact) => void known.replaceRejects.add(fact.requestId),
  snapshot: (known, fact) => {
    if (fact.atMicros > (known.snapshot?.atMicros ?? -Infinity)) known.snapshot = fact;
  },
};
