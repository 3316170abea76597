import { describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import type { IntentFact, OrderFact } from './fact.ts';
import { OrderFold, foldOrder } from './fold.ts';
import {
  type ReportSubject,
  buildReport,
  buildRequestReport,
  clientOrderIdOf,
  isReportDue,
  reportIdOf,
  reportStatusOf,
} from './report.ts';

const d = parseDecimal;
const SUBJECT: ReportSubject = {
  intentId: '550e8400-e29b-41d4-a716-446655440000',
  strategyId: 'OFI',
  account: 'PAPER-1',
  symbol: 'ABC',
  exchange: 'SIM',
  broker: 'paper',
  quoteCurrency: 'USD',
};
const INTENT: IntentFact = {
  kind: 'intent',
  intentId: SUBJECT.intentId,
  atMicros: 1_000_000,
  side: 'SELL',
  orderKind: 'MARKET',
  lifetime: 'GTC',
  terms: { quantity: d('10') },
};
const decided = (approved: boolean): OrderFact => ({
  kind: 'decision',
  stage: 'intake',
  approved,
  reason: approved ? undefined : 'MAX_POSITION (worst 11, max 10)',
  arrivalMid: d('100'),
  atMicros: 1_001_000,
});
const SENT: OrderFact = { kind: 'sending', attempt: 1, clientOrderId: 'C1', atMicros: 1_002_000 };
const ACK: OrderFact = { kind: 'acknowledged', venueOrderId: 'V1', atMicros: 1_005_000 };
const fill = (id: string, quantity: string, price: string, atMicros: number): OrderFact => ({
  kind: 'fill',
  executionId: id,
  quantity: d(quantity),
  price: d(price),
  fee: d('0.5'),
  feeCurrency: 'USD',
  liquidity: 'TAKER',
  atMicros,
});

/** Statuses of the reports that a sequence of facts gives, as they would be told. */
function told(facts: readonly OrderFact[]): string[] {
  const fold = new OrderFold(INTENT);
  const statuses: string[] = [];
  for (const fact of facts) {
    const before = fold.state();
    fold.add(fact);
    const after = fold.state();
    const last = statuses.length === 0 ? undefined : before;
    if (isReportDue(last, after)) statuses.push(reportStatusOf(after.executionStatus) ?? '');
  }
  return statuses;
}

describe('which facts are told', () => {
  it('every step of a life but the approval, once', () => {
    const life = [decided(true), SENT, ACK, fill('E1', '4', '99', 2), fill('E2', '6', '99', 3)];
    const steps = ['SUBMITTED', 'ACKNOWLEDGED', 'PARTIAL_FILL', 'FILLED'];
    expect(told(life)).toEqual(steps);
    expect(told(life.flatMap((fact) => [fact, fact]))).toEqual(steps);
  });

  it('a denial as a rejection', () => {
    expect(told([decided(false)])).toEqual(['REJECTED']);
  });

  it('not a request, but what fills while it is open', () => {
    const request: OrderFact = { kind: 'cancel-requested', requestId: 'R', atMicros: 4 };
    expect(told([decided(true), SENT, ACK, request, fill('E1', '4', '99', 5)])).toEqual([
      'SUBMITTED',
      'ACKNOWLEDGED',
      'PARTIAL_FILL',
    ]);
  });

  it('a bust, although the status stays', () => {
    const bust: OrderFact = { kind: 'bust', executionId: 'E1', atMicros: 9 };
    const facts = [decided(true), SENT, fill('E1', '4', '99', 5), fill('E2', '3', '99', 6), bust];
    expect(told(facts)).toEqual(['SUBMITTED', 'PARTIAL_FILL', 'PARTIAL_FILL', 'PARTIAL_FILL']);
  });
});

describe('a report', () => {
  const state = foldOrder(INTENT, [
    decided(true),
    SENT,
    ACK,
    fill('E1', '4', '99', 1_004_000),
    fill('E2', '6', '98', 1_012_500),
  ]);
  const report = buildReport(SUBJECT, INTENT, state, { sequence: 4, atMicros: 1_012_500 });

  it('says the order as it stands', () => {
    expect(report).toMatchObject({
      status: 'FILLED',
      order_id: 'C1',
      direction: 'SELL',
      requested_quantity: d('10'),
      filled_quantity: d('10'),
      remaining_quantity: 0n,
      average_fill_price: d('98.4'),
      commission: d('1'),
      commission_currency: 'USD',
      reject_reason: null,
      overfill: false,
    });
    expect(report.fills.map((each) => each.fill_id)).toEqual(['E1', 'E2']);
  });

  it('counts a sale below the arrival mid as a cost, in basis points', () => {
    expect(report.slippage_bps).toBe(160);
    expect(report.execution_costs).toMatchObject({ slippage: 16, total_cost_bps: 170 });
  });

  it('takes a fill for the acceptance that it proves, and keeps its times in order', () => {
    expect(report.acknowledged_timestamp).toBe(1_004_000);
    expect(report.latency_metrics).toEqual({
      intent_to_submit_ms: 2,
      submit_to_ack_ms: 2,
      ack_to_fill_ms: 8,
      total_latency_ms: 12,
    });
  });

  it('has the same id whenever it is made, and another for each of its intent', () => {
    expect(report.report_id).toBe(reportIdOf(SUBJECT.intentId, 4));
    expect(reportIdOf(SUBJECT.intentId, 5)).not.toBe(report.report_id);
  });

  it('of a denial has every failed check and no order id', () => {
    const denied = foldOrder(INTENT, [decided(false)]);
    const made = buildReport(SUBJECT, INTENT, denied, { sequence: 1, atMicros: 1 });
    expect([made.order_id, made.reject_reason]).toEqual(['', 'MAX_POSITION (worst 11, max 10)']);
  });

  it('of an overfill says so, and nothing remains', () => {
    const over = foldOrder(INTENT, [decided(true), SENT, fill('E1', '12', '99', 5)]);
    const made = buildReport(SUBJECT, INTENT, over, { sequence: 2, atMicros: 5 });
    expect([made.overfill, made.filled_quantity, made.remaining_quantity]).toEqual([
      true,
      d('12'),
      0n,
    ]);
  });

  it('of a request that came to nothing says why', () => {
    const made = buildRequestReport(SUBJECT, {
      status: 'REJECTED',
      clientOrderId: 'C1',
      side: 'SELL',
      reason: 'too late',
      atMicros: 7,
    });
    expect([made.status, made.reject_reason, made.filled_quantity]).toEqual([
      'REJECTED',
      'too late',
      0n,
    ]);
  });
});

describe('the order id at the broker', () => {
  it('is at most 32 characters of [A-Z0-9-], and follows from the intent alone', () => {
    const id = clientOrderIdOf(SUBJECT.intentId);
    expect(id).toMatch(/^[A-Z0-9-]{32}$/);
    expect(clientOrderIdOf(SUBJECT.intentId)).toBe(id);
  });
});
