import { type Anomaly, anomaly } from './anomaly.ts';
import type { OrderStatus } from './status.ts';

const PENDING = ['PENDING_CANCEL', 'PENDING_REPLACE'] as const;
/** What a sent order can become whenever the broker speaks. */
const ENDS = ['FILLED', 'CANCELED', 'EXPIRED'] as const;
const WORKING = ['SUBMITTED', 'ACCEPTED', 'TRIGGERED', 'PARTIALLY_FILLED', 'UNKNOWN'] as const;

/**
 * The visible changes of status that may be. A status may always follow itself: more was filled, or terms
 * changed. Anything else is an anomaly; its facts are recorded all the same.
 */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  RECEIVED: ['DENIED', 'APPROVED', 'EXPIRED'],
  APPROVED: ['SUBMITTED', 'DENIED', 'CANCELED', 'EXPIRED', ...PENDING],
  SUBMITTED: [
    'ACCEPTED',
    'TRIGGERED',
    'REJECTED',
    'PARTIALLY_FILLED',
    'UNKNOWN',
    'APPROVED',
    ...ENDS,
    ...PENDING,
  ],
  // Any state that the venue proves; APPROVED when it proves that it never had the order.
  UNKNOWN: [
    'ACCEPTED',
    'TRIGGERED',
    'REJECTED',
    'PARTIALLY_FILLED',
    'SUBMITTED',
    'APPROVED',
    ...ENDS,
    ...PENDING,
  ],
  ACCEPTED: ['TRIGGERED', 'PARTIALLY_FILLED', 'REJECTED', ...ENDS, ...PENDING],
  TRIGGERED: ['PARTIALLY_FILLED', 'REJECTED', ...ENDS, ...PENDING],
  // ACCEPTED and TRIGGERED when every fill was busted.
  PARTIALLY_FILLED: ['ACCEPTED', 'TRIGGERED', ...ENDS, ...PENDING],
  // Back to what was beneath when the request was refused.
  PENDING_CANCEL: ['PENDING_REPLACE', 'REJECTED', 'APPROVED', ...WORKING, ...ENDS],
  PENDING_REPLACE: ['PENDING_CANCEL', 'REJECTED', 'APPROVED', ...WORKING, ...ENDS],
  // A late fill may complete an ended order.
  CANCELED: ['FILLED'],
  EXPIRED: ['FILLED'],
  // A bust lowers what was filled.
  FILLED: ['PARTIALLY_FILLED', 'ACCEPTED', 'TRIGGERED', 'CANCELED', 'EXPIRED', ...PENDING],
  REJECTED: [],
  DENIED: [],
};

export function isTransitionPermitted(from: OrderStatus, to: OrderStatus): boolean {
  return from === to || TRANSITIONS[from].includes(to);
}

/** The anomaly of a change of status that the table does not list; undefined when it may be. */
export function transitionAnomaly(from: OrderStatus, to: OrderStatus): Anomaly | undefined {
  if (isTransitionPermitted(from, to)) return undefined;
  return anomaly('transition-not-permitted', `${from} to ${to}`);
}
