/** From an intent, as the contract has it, to what the domain decides on. */
import type { Instrument, OrderIntent } from '@tickmesh/contracts';
import { type IntentFact, type OrderTerms, isSessionOpen } from '@tickmesh/domain-orders';
import type { InstrumentRules, OrderRequest } from '@tickmesh/domain-risk';

export function termsOf(intent: OrderIntent): OrderTerms {
  return {
    quantity: intent.quantity,
    ...(intent.limit_price === null ? {} : { limitPrice: intent.limit_price }),
    ...(intent.stop_price === null ? {} : { stopPrice: intent.stop_price }),
  };
}

export function intentFactOf(intent: OrderIntent): IntentFact {
  return {
    kind: 'intent',
    intentId: intent.intent_id,
    atMicros: intent.timestamp,
    side: intent.direction === 'SELL' ? 'SELL' : 'BUY',
    orderKind: orderKindOf(intent),
    lifetime: intent.time_in_force === 'UNKNOWN' ? 'DAY' : intent.time_in_force,
    terms: termsOf(intent),
    ...(intent.execution_params?.post_only === true ? { postOnly: true } : {}),
  };
}

export function orderRequestOf(intent: OrderIntent, account: string): OrderRequest {
  const { intentId, side, orderKind, lifetime, terms, postOnly } = intentFactOf(intent);
  return {
    intentId,
    strategyId: intent.strategy_id,
    account,
    symbol: intent.symbol,
    exchange: intent.exchange,
    side,
    orderKind,
    ...terms,
    postOnly,
    timestampMicros: intent.timestamp,
    deadlineMicros: intent.deadline ?? undefined,
    unsupported: unsupportedFields(intent, lifetime),
    failedOwnChecks: Object.entries(intent.risk_checks ?? {})
      .filter(([, healthy]) => healthy === false)
      .map(([name]) => name),
  };
}

export function instrumentRulesOf(instrument: Instrument, nowMicros: number): InstrumentRules {
  const calendar = {
    timeZone: instrument.time_zone,
    sessions: instrument.sessions,
    holidays: instrument.holidays,
  };
  const hasExpired = instrument.expiry !== null && nowMicros > instrument.expiry;
  return {
    status: hasExpired || instrument.status === 'UNKNOWN' ? 'CLOSED' : instrument.status,
    sessionOpen: isSessionOpen(calendar, nowMicros),
    priceStep: instrument.price_step,
    quantityStep: instrument.quantity_step,
    quantityMin: instrument.quantity_min,
    quantityMax: instrument.quantity_max ?? undefined,
    notionalMin: instrument.notional_min ?? undefined,
    multiplier: instrument.multiplier,
    inverse: instrument.inverse,
    settlementCurrency: instrument.settlement_currency,
  };
}

/** ADAPTIVE is refused by its check; until then it is shown as what it is nearest to. */
function orderKindOf(intent: OrderIntent): IntentFact['orderKind'] {
  if (intent.order_type !== 'ADAPTIVE' && intent.order_type !== 'UNKNOWN') return intent.order_type;
  return intent.limit_price === null ? 'MARKET' : 'LIMIT';
}

/** What the contract accepts and this plane cannot honour. */
function unsupportedFields(intent: OrderIntent, lifetime: IntentFact['lifetime']): string[] {
  const fields: string[] = [];
  if (intent.order_type === 'ADAPTIVE') fields.push('order_type ADAPTIVE');
  const { post_only: postOnly, ...others } = intent.execution_params ?? {};
  // What ends at once cannot rest.
  if (postOnly === true && (lifetime === 'IOC' || lifetime === 'FOK')) {
    fields.push(`execution_params.post_only with time_in_force ${lifetime}`);
  }
  for (const [name, value] of Object.entries<number | null>(others)) {
    if (value !== null) fields.push(`execution_params.${name}`);
  }
  return fields;
}
