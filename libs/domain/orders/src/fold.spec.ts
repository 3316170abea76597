import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import { type IntentFact, NOTIONAL_SCALE, type OrderFact, decodeFact, encodeFact } from './fact.ts';
import { type OrderState, foldOrder } from './fold.ts';

const d = parseDecimal;
const INTENT: IntentFact = {
  kind: 'intent',
  intentId: '550e8400-e29b-41d4-a716-446655440000',
  atMicros: 1_000,
  side: 'BUY',
  orderKind: 'LIMIT',
  lifetime: 'GTC',
  terms: { quantity: d('100'), limitPrice: d('10') },
};
const APPROVED: OrderFact = { kind: 'decision', stage: 'intake', approved: true, atMicros: 1_001 };
const SENT: OrderFact = { kind: 'sending', attempt: 1, clientOrderId: 'C1', atMicros: 1_002 };
const ACK: OrderFact = { kind: 'acknowledged', venueOrderId: 'V1', atMicros: 1_003 };
const CANCEL: OrderFact = { kind: 'cancel-requested', requestId: 'X1', atMicros: 1_010 };
const CANCELED: OrderFact = { kind: 'canceled', atMicros: 1_020 };
const fill = (
  executionId: string,
  quantity: string,
  price = '10',
  atMicros = 1_005,
): OrderFact => ({
  kind: 'fill',
  executionId,
  quantity: d(quantity),
  price: d(price),
  fee: d('0.01'),
  feeCurrency: 'USD',
  liquidity: 'MAKER',
  atMicros,
});
const sent = (...facts: OrderFact[]): OrderState => foldOrder(INTENT, [APPROVED, SENT, ...facts]);
const codes = (state: OrderState): string[] => state.anomalies.map(({ code }) => code);

describe('the status of an order', () => {
  it.each<[string, OrderFact[], string]>([
    ['only wanted', [], 'RECEIVED'],
    ['approved', [APPROVED], 'APPROVED'],
    ['denied at intake', [{ ...APPROVED, approved: false, reason: 'MAX_POSITION' }], 'DENIED'],
    [
      'stopped at the wire by a kill switch',
      [APPROVED, { kind: 'decision', stage: 'wire', approved: false, atMicros: 1_002 }],
      'DENIED',
    ],
    ['past its deadline before it was sent', [{ kind: 'expired', atMicros: 1_001 }], 'EXPIRED'],
    ['sent', [APPROVED, SENT], 'SUBMITTED'],
    ['unanswered', [APPROVED, SENT, { kind: 'unanswered', attempt: 1, atMicros: 9 }], 'UNKNOWN'],
    [
      'proved absent, to be sent again',
      [
        APPROVED,
        SENT,
        { kind: 'unanswered', attempt: 1, atMicros: 9 },
        { kind: 'absent', attempt: 1, atMicros: 10 },
      ],
      'APPROVED',
    ],
    ['acknowledged', [APPROVED, SENT, ACK], 'ACCEPTED'],
    ['triggered', [APPROVED, SENT, ACK, { kind: 'triggered', atMicros: 1_004 }], 'TRIGGERED'],
    ['filled in part', [APPROVED, SENT, ACK, fill('E1', '40')], 'PARTIALLY_FILLED'],
    ['filled before the acknowledgement', [APPROVED, SENT, fill('E1', '40')], 'PARTIALLY_FILLED'],
    ['filled', [APPROVED, SENT, ACK, fill('E1', '40'), fill('E2', '60')], 'FILLED'],
    ['refused', [APPROVED, SENT, { kind: 'rejected', reason: 'no', atMicros: 9 }], 'REJECTED'],
    ['to be canceled', [APPROVED, SENT, ACK, CANCEL], 'PENDING_CANCEL'],
    ['canceled', [APPROVED, SENT, ACK, CANCEL, CANCELED], 'CANCELED'],
    ['lapsed', [APPROVED, SENT, ACK, { kind: 'expired', atMicros: 9 }], 'EXPIRED'],
  ])('is derived when it is %s', (_, facts, status) => {
    expect(foldOrder(INTENT, facts).status).toBe(status);
  });

  it('goes back to what is beneath when a cancel is refused', () => {
    const refused: OrderFact = {
      kind: 'cancel-rejected',
      requestId: 'X1',
      reason: 'late',
      atMicros: 9,
    };
    expect(sent(ACK, fill('E1', '40'), CANCEL, refused).status).toBe('PARTIALLY_FILLED');
  });

  it('is reported as what is beneath an open cancel request', () => {
    const state = sent(ACK, fill('E1', '40'), CANCEL);
    expect([state.status, state.executionStatus]).toEqual(['PENDING_CANCEL', 'PARTIALLY_FILLED']);
  });

  it('is filled when the last fill overtakes the cancel, as in FIX matrix B.1.c', () => {
    const state = sent(ACK, CANCEL, fill('E1', '100'));
    expect(state.status).toBe('FILLED');
    expect(state.leavesQuantity).toBe(0n);
  });

  it('stays canceled when an execution is busted after the cancel and another comes, as in FIX matrix J.1.b', () => {
    const bust: OrderFact = { kind: 'bust', executionId: 'E1', atMicros: 1_030 };
    const busted = sent(ACK, fill('E1', '50'), CANCELED, bust);
    expect([busted.status, busted.cumulativeQuantity]).toEqual(['CANCELED', 0n]);
    const again = sent(ACK, fill('E1', '50'), CANCELED, bust, fill('E2', '40', '10', 1_040));
    expect([again.status, again.cumulativeQuantity, again.leavesQuantity]).toEqual([
      'CANCELED',
      d('40'),
      0n,
    ]);
  });

  it('is accepted again when every fill was busted', () => {
    const bust: OrderFact = { kind: 'bust', executionId: 'E1', atMicros: 1_030 };
    expect(sent(ACK, fill('E1', '50'), bust).status).toBe('ACCEPTED');
  });

  it('is canceled, not rejected, when a reject follows a fill', () => {
    const state = sent(fill('E1', '40'), { kind: 'rejected', reason: 'no', atMicros: 1_010 });
    expect(state.status).toBe('CANCELED');
    expect(codes(state)).toEqual(['fill-after-reject']);
  });
});

describe('the fills of an order', () => {
  it('count once when they are told twice', () => {
    expect(sent(fill('E1', '40'), fill('E1', '40')).cumulativeQuantity).toBe(d('40'));
  });

  it('count once, and raise an anomaly, when one id comes with two contents', () => {
    const state = sent(fill('E1', '40'), fill('E1', '60', '10', 1_006));
    expect(state.cumulativeQuantity).toBe(d('40'));
    expect(codes(state)).toEqual(['fill-conflict']);
  });

  it('are booked beyond the wanted quantity and flagged', () => {
    const state = sent(fill('E1', '90'), fill('E2', '30'));
    expect([state.status, state.overfillQuantity]).toEqual(['FILLED', d('20')]);
    expect(codes(state)).toEqual(['overfill']);
  });

  it('are booked after the cancel and can complete the order', () => {
    expect(sent(ACK, CANCELED, fill('E1', '30')).cumulativeQuantity).toBe(d('30'));
    expect(sent(ACK, CANCELED, fill('E1', '100')).status).toBe('FILLED');
  });

  it('are booked even when risk had denied the order', () => {
    const state = foldOrder(INTENT, [{ ...APPROVED, approved: false }, fill('E1', '10')]);
    expect([state.status, state.cumulativeQuantity]).toEqual(['DENIED', d('10')]);
    expect(codes(state)).toEqual(['fill-after-denial']);
  });

  it('take the restatement of the highest revision', () => {
    const correction = (revision: number, quantity: string): OrderFact => ({
      kind: 'correction',
      executionId: 'E1',
      revision,
      quantity: d(quantity),
      price: d('11'),
      atMicros: 1_030,
    });
    const state = sent(correction(2, '30'), fill('E1', '40'), correction(1, '50'));
    expect([state.cumulativeQuantity, state.averagePrice]).toEqual([d('30'), d('11')]);
  });

  it('replace an inferred fill instead of adding to it', () => {
    const inferred: OrderFact = {
      kind: 'inferred-fill',
      cumulativeQuantity: d('60'),
      cumulativeNotional: d('620', NOTIONAL_SCALE),
      atMicros: 1_030,
    };
    const before = sent(fill('E1', '40', '10'), inferred);
    expect([before.cumulativeQuantity, before.fills.at(-1)?.price]).toEqual([d('60'), d('11')]);
    const after = sent(fill('E1', '40', '10'), inferred, fill('E2', '15', '11'));
    expect(after.fills.map(({ inferred, quantity }) => [inferred, quantity])).toEqual([
      [false, d('40')],
      [false, d('15')],
      [true, d('5')],
    ]);
    const whole = sent(fill('E1', '40', '10'), inferred, fill('E2', '20', '11'));
    expect(whole.fills.some(({ inferred }) => inferred)).toBe(false);
  });

  it('are missing when the venue says more than it told', () => {
    const snapshot: OrderFact = { kind: 'snapshot', cumulativeQuantity: d('60'), atMicros: 1_030 };
    const state = sent(ACK, fill('E1', '40'), snapshot);
    expect(state.missingFillQuantity).toBe(d('20'));
    expect(codes(state)).toEqual(['missing-fills']);
  });
});

describe('the replaces of an order', () => {
  const request = (
    revision: number,
    quantity: string,
    requestId = `R${revision}`,
    atMicros = 1_010 + revision,
  ): OrderFact => ({
    kind: 'replace-requested',
    requestId,
    revision,
    terms: { quantity: d(quantity), limitPrice: d('11') },
    atMicros,
  });
  const accepted = (revision: number, requestId = `R${revision}`): OrderFact => ({
    kind: 'replace-accepted',
    requestId,
    atMicros: 1_020,
  });

  it('leave the terms alone until the venue accepts them', () => {
    const state = sent(ACK, request(1, '80'));
    expect([state.status, state.terms.quantity]).toEqual(['PENDING_REPLACE', d('100')]);
  });

  it('hold by revision, not by arrival of the acceptance', () => {
    const state = sent(ACK, request(1, '80'), request(2, '70'), accepted(2), accepted(1));
    expect([state.status, state.terms.quantity]).toEqual(['ACCEPTED', d('70')]);
  });

  it('hold by what was asked first where two claim one revision, whichever arrives first', () => {
    const other = request(2, '60', 'S2', 1_015);
    const facts = [request(2, '70'), other, accepted(2), accepted(2, 'S2')];
    for (const arrived of [facts, facts.toReversed()]) {
      const state = sent(ACK, ...arrived);
      expect([state.terms.quantity, state.anomalies]).toEqual([
        d('70'),
        [{ code: 'fact-conflict', severity: 'warning', detail: 'replace revision 2' }],
      ]);
    }
  });

  it('keep what was filled before, over the whole chain', () => {
    const state = sent(ACK, fill('E1', '40'), request(1, '40'), accepted(1));
    expect([state.status, state.leavesQuantity]).toEqual(['FILLED', 0n]);
  });
});

describe('an order whose answer was lost', () => {
  const unanswered: OrderFact = { kind: 'unanswered', attempt: 1, atMicros: 9_000 };
  const absent: OrderFact = { kind: 'absent', attempt: 1, atMicros: 9_100 };
  const resent: OrderFact = { kind: 'sending', attempt: 2, clientOrderId: 'C1', atMicros: 9_200 };

  it('is unresolved beneath a cancel request too', () => {
    const state = sent(unanswered, CANCEL);
    expect([state.status, state.executionStatus, state.unresolved]).toEqual([
      'PENDING_CANCEL',
      'UNKNOWN',
      true,
    ]);
  });

  it('is resolved by any word of the venue', () => {
    expect(sent(unanswered, ACK).status).toBe('ACCEPTED');
    expect(sent(unanswered, fill('E1', '1')).status).toBe('PARTIALLY_FILLED');
  });

  it('is submitted again, under the same id, once it was proved absent', () => {
    const state = sent(unanswered, absent, resent);
    expect([state.status, state.attempts, state.clientOrderId]).toEqual(['SUBMITTED', 2, 'C1']);
  });

  it('raises an anomaly when the broker has it after all', () => {
    expect(codes(sent(unanswered, absent, ACK))).toEqual(['answer-after-absence']);
  });
});

describe('a fact', () => {
  it('comes back from its text unchanged', () => {
    for (const fact of [INTENT, APPROVED, SENT, ACK, fill('E1', '1.5', '10.25'), CANCEL]) {
      expect(decodeFact(encodeFact(fact))).toEqual(fact);
    }
  });
});
