/** Status of an order, shown and reported; its meaning is the order of the tests in `deriveStatus`. */
export type OrderStatus =
  | 'RECEIVED'
  | 'DENIED'
  | 'APPROVED'
  | 'SUBMITTED'
  | 'UNKNOWN'
  | 'ACCEPTED'
  | 'TRIGGERED'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'PENDING_CANCEL'
  | 'PENDING_REPLACE'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED';

export interface StatusFacts {
  readonly denied: boolean;
  readonly approved: boolean;
  /** An attempt was made that the broker did not prove absent. */
  readonly sent: boolean;
  readonly acknowledged: boolean;
  readonly rejected: boolean;
  readonly canceled: boolean;
  readonly expired: boolean;
  readonly triggered: boolean;
  readonly unresolved: boolean;
  /** As last accepted, above 0. */
  readonly quantity: bigint;
  readonly cumulativeQuantity: bigint;
  readonly cancelPending: boolean;
  readonly replacePending: boolean;
}

/** The first that matches. */
export function deriveStatus(facts: StatusFacts): OrderStatus {
  const terminal = facts.rejected || facts.canceled || facts.expired;
  if (facts.denied) return 'DENIED';
  if (facts.cumulativeQuantity >= facts.quantity) return 'FILLED';
  if (facts.rejected && facts.cumulativeQuantity === 0n) return 'REJECTED';
  if (facts.cancelPending && !terminal) return 'PENDING_CANCEL';
  if (facts.replacePending && !terminal) return 'PENDING_REPLACE';
  // A reject after fills ends the order: what was filled stays filled, the rest is canceled.
  if (facts.canceled || facts.rejected) return 'CANCELED';
  if (facts.expired) return 'EXPIRED';
  if (facts.unresolved) return 'UNKNOWN';
  if (facts.cumulativeQuantity > 0n) return 'PARTIALLY_FILLED';
  if (facts.triggered) return 'TRIGGERED';
  if (facts.acknowledged) return 'ACCEPTED';
  if (facts.sent) return 'SUBMITTED';
  return facts.approved ? 'APPROVED' : 'RECEIVED';
}
