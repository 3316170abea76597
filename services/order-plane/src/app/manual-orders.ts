/**
 * What people want done with orders. It takes the way that a strategy's wishes take: an intent on the bus, decided by
 * the intake; nothing reaches a broker past the checks.
 */
import type { EventHeaders, Publisher } from '@tickmesh/bus';
import { type OrderIntent, requireValid } from '@tickmesh/contracts';
import type { Database, Queryable } from '@tickmesh/database';
import {
  type Assessment,
  type CheckResult,
  referenceMid,
  valuationPrice,
} from '@tickmesh/domain-risk';
import { type Clock, Fault, divideHalfEven } from '@tickmesh/kernel';
import { markedMoney } from './account-book.ts';
import { decideOne } from './decide.ts';
import { accountFor, openDecisions } from './intake.ts';
import { type LoggedOrder, OrderLog } from './order-log.ts';
import type { CurrentLimits, LimitsInForce, Markets } from './ports.ts';
import { recordToJson } from './record-json.ts';
import { statement } from './statement.ts';

export interface ManualParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly limits: LimitsInForce;
  readonly currentLimits: CurrentLimits;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Of a broker, by name; for previews. */
  readonly feeRates: ReadonlyMap<string, FeeRates>;
  readonly sleep: (delayMs: number) => Promise<void>;
  /**
   * The exchange of a symbol that trades on one alone.
   * @throws Fault INSTRUMENT_UNKNOWN, INSTRUMENT_AMBIGUOUS
   */
  readonly exchangeOf: (symbol: string) => string;
}

/** Shares of the notional, ORDER_SCALE. */
export interface FeeRates {
  readonly makerFeeRate: bigint;
  readonly takerFeeRate: bigint;
}

/** Orders of people count for this strategy, unless they name another. */
export const MANUAL = 'MANUAL';

export interface WantedOrder {
  /** UUID in lower case: the same id again is the same order. */
  readonly intentId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly direction: 'BUY' | 'SELL';
  readonly orderType: 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT';
  /** Base units or contracts, ORDER_SCALE, as the prices. */
  readonly quantity: bigint;
  readonly limitPrice?: bigint | undefined;
  readonly stopPrice?: bigint | undefined;
  readonly timeInForce: 'DAY' | 'GTC' | 'IOC' | 'FOK';
  /** It rests or is refused, and never takes. */
  readonly postOnly?: boolean | undefined;
  /** Absent: the account that the limits give the strategy. */
  readonly account?: string | undefined;
  readonly strategyId: string;
  /** Not to be sent after this time. */
  readonly deadlineMicros?: number | undefined;
  /** Who wants it, and why. */
  readonly reason: string;
}

export interface WantedChange {
  readonly intentId: string;
  readonly targetIntentId: string;
  readonly reason: string;
}

/** What is absent stays as it is; the quantity is the whole one, what is filled included. */
export interface WantedTerms {
  readonly quantity?: bigint | undefined;
  readonly limitPrice?: bigint | undefined;
  readonly stopPrice?: bigint | undefined;
}

export interface OrderPreview {
  readonly account: string;
  readonly approved: boolean;
  readonly limitsVersion: number | undefined;
  /** Every check that applies, those that pass included. */
  readonly checks: readonly CheckResult[];
  /** Settlement currency; undefined of an unknown market. */
  readonly currency: string | undefined;
  /** MONEY_SCALE, in that currency; undefined where there is nothing to value the order at. */
  readonly notional: bigint | undefined;
  /** By the broker's table: as a taker, unless the order may only rest. MONEY_SCALE. */
  readonly estimatedFee: bigint | undefined;
  /** ORDER_SCALE: the account's, if the order filled. */
  readonly positionAfter: bigint;
  readonly reference: { readonly price: bigint; readonly atMicros: number } | undefined;
}

/** What a strategy would say, and people do not. */
const BLANK = {
  event_type: 'order_intent',
  urgency: 'NORMAL',
  causation_id: null,
  target_weight: null,
  current_weight: null,
  signal_strength: null,
  risk_checks: null,
  execution_params: null,
  metadata: null,
} as const;

const RESTING = { pov_cap: null, adv_cap: null, max_slippage_bps: null, post_only: true } as const;

const READ_INTENT = statement(`select intent from order_plane.intents where intent_id = $1`);
const READ_ACCOUNT_OF = statement(
  `select o.account, a.broker from order_plane.orders o join order_plane.accounts a using (account)
   where o.intent_id = $1`,
);

/**
 * Publishes the intent. One that was taken before is not published again.
 * @throws Fault MSG_RULE_BROKEN; INTENT_CONFLICT when its id has other content
 */
export async function submitOrder(parts: ManualParts, wanted: WantedOrder): Promise<void> {
  await publish(parts, intentOf(wanted, parts.clock.nowMicros()), 'paper');
}

/** @throws Fault NOT_FOUND when there is no order to cancel; INTENT_CONFLICT */
export async function cancelOrder(parts: ManualParts, wanted: WantedChange): Promise<void> {
  const target = await findOrder(parts, wanted.targetIntentId);
  const intent = changeOf(parts, target, { ...wanted, action: 'CANCEL', terms: {} });
  await publish(parts, intent, target.headers.mode);
}

/** @throws Fault NOT_FOUND when there is no order to replace; MSG_RULE_BROKEN; INTENT_CONFLICT */
export async function replaceOrder(
  parts: ManualParts,
  wanted: WantedChange & { readonly terms: WantedTerms },
): Promise<void> {
  const target = await findOrder(parts, wanted.targetIntentId);
  await publish(
    parts,
    changeOf(parts, target, { ...wanted, action: 'REPLACE' }),
    target.headers.mode,
  );
}

/**
 * What the intake would decide now: the same code on the same account, whose log is never written.
 * @throws Fault MSG_RULE_BROKEN
 */
export async function previewOrder(parts: ManualParts, wanted: WantedOrder): Promise<OrderPreview> {
  const nowMicros = parts.clock.nowMicros();
  const intent = intentOf(wanted, nowMicros);
  requireValid('OrderIntent', intent, 'writer');
  const account = accountFor(parts.limits, { intent });
  const [assessment, position] = await parts.database.transaction(
    async (db): Promise<[Assessment | undefined, bigint]> => {
      const { work } = await openDecisions(db, { ...parts, probe: {} }, { account, targets: [] });
      const item = { intent, headers: headersOf(intent, 'paper'), source: 'preview' };
      return [decideOne(work, item), work.book.positionUnits(intent.symbol, intent.exchange)];
    },
    // One picture of the account, without its lock: a preview must not hold up a decision.
    { isolation: 'repeatable read' },
  );
  if (assessment === undefined) throw new Fault('INVARIANT', { intent_id: intent.intent_id });
  const { approved, limitsVersion, checks } = assessment;
  const worth = worthOf(parts, wanted, account);
  const positionAfter =
    position + (wanted.direction === 'BUY' ? wanted.quantity : -wanted.quantity);
  return { account, approved, limitsVersion, checks, positionAfter, ...worth };
}

function worthOf(
  { markets, limits, feeRates }: ManualParts,
  wanted: WantedOrder,
  account: string,
): Pick<OrderPreview, 'currency' | 'notional' | 'estimatedFee' | 'reference'> {
  const { symbol, exchange, quantity, postOnly } = wanted;
  const instrument = markets.instrument(symbol, exchange);
  const seen = markets.reference(symbol, exchange);
  const mid = referenceMid(seen);
  const price = valuationPrice(wanted, seen);
  const notional =
    instrument === undefined || price === undefined
      ? undefined
      : magnitude(markedMoney(instrument, quantity, price));
  const rates = feeRates.get(limits()?.accounts.get(account)?.broker ?? '');
  const rate = postOnly === true ? rates?.makerFeeRate : rates?.takerFeeRate;
  return {
    currency: instrument?.settlement_currency,
    notional,
    estimatedFee:
      notional === undefined || rate === undefined
        ? undefined
        : divideHalfEven(notional * rate, 10n ** 9n),
    reference:
      seen === undefined || mid === undefined ? undefined : { price: mid, atMicros: seen.atMicros },
  };
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Between two looks for what was published, and how often: an intake that takes longer is away. */
const TAKEN_LOOK_MS = 20;
const TAKEN_LOOKS_MAX = 250;

/**
 * Waits until the intake has an intent that was published.
 * @throws Fault SERVICE_UNREACHABLE when it has not within 5 s: it may have it later, and the same request may be made
 *   again
 */
export async function awaitTaken(parts: ManualParts, intentId: string): Promise<void> {
  for (let look = 0; look < TAKEN_LOOKS_MAX; look++) {
    const rows = await parts.database.query(READ_INTENT, [intentId]);
    if (rows.length > 0) return;
    await parts.sleep(TAKEN_LOOK_MS);
  }
  const cure = 'published, not decided yet: ask again with the same intent_id';
  throw new Fault('SERVICE_UNREACHABLE', { intent_id: intentId, cure });
}

async function publish(
  parts: ManualParts,
  value: OrderIntent,
  mode: EventHeaders['mode'],
): Promise<void> {
  requireValid('OrderIntent', value, 'writer');
  if (await wasTaken(parts.database, value)) return;
  await parts.publisher.publish({ topic: 'order_intents', value, headers: headersOf(value, mode) });
}

/** A caller that had no answer asks again: the time apart, its intent must be the one that was taken. */
async function wasTaken(db: Queryable, intent: OrderIntent): Promise<boolean> {
  const { intent_id: intentId } = intent;
  const [row] = await db.query<{ intent: OrderIntent }>(READ_INTENT, [intentId]);
  if (row === undefined) return false;
  const { timestamp } = row.intent;
  if (recordToJson(row.intent) === recordToJson({ ...intent, timestamp })) return true;
  throw new Fault('INTENT_CONFLICT', { intent_id: intentId });
}

async function findOrder(parts: ManualParts, intentId: string): Promise<LoggedOrder> {
  const { database: db, markets } = parts;
  const [row] = await db.query<{ account: string; broker: string }>(READ_ACCOUNT_OF, [intentId]);
  if (row === undefined) throw new Fault('NOT_FOUND', { intent_id: intentId });
  const instrumentOf = markets.instrument.bind(markets);
  const order = await db.transaction(async (transaction) => {
    const log = new OrderLog(transaction, { ...row, instrumentOf, probe: {} });
    await log.load({ intents: [intentId] });
    return log.find(intentId);
  });
  if (order === undefined) throw new Fault('NOT_FOUND', { intent_id: intentId });
  return order;
}

const headersOf = (intent: OrderIntent, mode: EventHeaders['mode']) => ({
  event_id: `people/${intent.intent_id}`,
  run_id: 'people',
  mode,
});

function intentOf(wanted: WantedOrder, nowMicros: number): OrderIntent {
  return {
    ...BLANK,
    intent_id: wanted.intentId,
    symbol: wanted.symbol,
    exchange: wanted.exchange,
    action: 'NEW',
    direction: wanted.direction,
    quantity: wanted.quantity,
    order_type: wanted.orderType,
    timestamp: nowMicros,
    strategy_id: wanted.strategyId,
    account: wanted.account ?? null,
    target_intent_id: null,
    limit_price: wanted.limitPrice ?? null,
    stop_price: wanted.stopPrice ?? null,
    time_in_force: wanted.timeInForce,
    execution_params: wanted.postOnly === true ? RESTING : null,
    deadline: wanted.deadlineMicros ?? null,
    reason: wanted.reason,
  };
}

/** An intent about an order names its market, its account and what it is. */
function changeOf(
  parts: ManualParts,
  target: LoggedOrder,
  wanted: WantedChange & {
    readonly action: 'CANCEL' | 'REPLACE';
    readonly terms: WantedTerms;
  },
): OrderIntent {
  const { intent } = target.fold;
  // A cancel that is asked for again must say the same, whatever was replaced meanwhile.
  const held = wanted.action === 'CANCEL' ? intent.terms : target.fold.state().terms;
  const { quantity, limitPrice, stopPrice } = wanted.terms;
  return {
    ...BLANK,
    intent_id: wanted.intentId,
    symbol: target.symbol,
    exchange: target.exchange,
    action: wanted.action,
    direction: intent.side,
    quantity: quantity ?? held.quantity,
    order_type: intent.orderKind,
    timestamp: parts.clock.nowMicros(),
    strategy_id: MANUAL,
    account: target.account,
    target_intent_id: target.intentId,
    limit_price: limitPrice ?? held.limitPrice ?? null,
    stop_price: stopPrice ?? held.stopPrice ?? null,
    time_in_force: intent.lifetime,
    deadline: null,
    reason: wanted.reason,
  };
}
