import { describe, expect, it } from '@jest/globals';
import type { OrderStatus } from './status.ts';
import { TRANSITIONS, isTransitionPermitted, transitionAnomaly } from './transitions.ts';

describe('a change of status', () => {
  it.each<[OrderStatus, OrderStatus]>([
    ['RECEIVED', 'DENIED'],
    ['APPROVED', 'DENIED'],
    ['SUBMITTED', 'FILLED'],
    ['SUBMITTED', 'CANCELED'],
    ['UNKNOWN', 'REJECTED'],
    ['ACCEPTED', 'TRIGGERED'],
    ['PARTIALLY_FILLED', 'ACCEPTED'],
    ['PENDING_CANCEL', 'FILLED'],
    ['PENDING_CANCEL', 'PARTIALLY_FILLED'],
    ['PENDING_REPLACE', 'PENDING_CANCEL'],
    ['CANCELED', 'CANCELED'],
    ['CANCELED', 'FILLED'],
    ['EXPIRED', 'FILLED'],
    ['FILLED', 'PARTIALLY_FILLED'],
  ])('from %s to %s is permitted', (from, to) => {
    expect(isTransitionPermitted(from, to)).toBe(true);
  });

  it.each<[OrderStatus, OrderStatus]>([
    ['RECEIVED', 'SUBMITTED'],
    ['DENIED', 'APPROVED'],
    ['REJECTED', 'CANCELED'],
    ['CANCELED', 'ACCEPTED'],
    ['ACCEPTED', 'SUBMITTED'],
    ['FILLED', 'REJECTED'],
  ])('from %s to %s is an anomaly', (from, to) => {
    expect(transitionAnomaly(from, to)).toMatchObject({ code: 'transition-not-permitted' });
  });

  it('never leaves what was refused', () => {
    expect([TRANSITIONS.DENIED, TRANSITIONS.REJECTED]).toEqual([[], []]);
  });
});
