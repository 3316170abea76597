import {
  DIRECTION,
  INTENT_ACTION,
  MARKET_REGIME,
  ORDER_INTENT_TYPE,
  ORDER_TYPE,
  type OrderIntentInput,
  TIME_IN_FORCE,
  URGENCY,
} from '../gen/types.ts';
import {
  decimalNotNegative,
  decimalPositive,
  flag,
  notNegative,
  optional,
  ruleTable,
  symbolOf,
  time,
  within,
} from './rule.ts';
import { exchangeName, marketSymbol, name, prose, strategyId, uuid } from './words.ts';

export const RISK_CHECKS_RULES = ruleTable('RiskChecks', {
  within_box_limit: flag,
  within_gross_limit: flag,
  within_net_limit: flag,
  pnl_kill_switch: flag,
  drawdown_kill_switch: flag,
});

export const EXECUTION_PARAMS_RULES = ruleTable('ExecutionParams', {
  pov_cap: optional(within(0, 1)),
  adv_cap: optional(within(0, 1)),
  max_slippage_bps: optional(notNegative),
  post_only: optional(flag),
});

export const INTENT_METADATA_RULES = ruleTable('IntentMetadata', {
  portfolio_id: optional(name),
  regime: optional(symbolOf(MARKET_REGIME)),
  kafka_topic: optional(name),
});

export const ORDER_INTENT_RULES = ruleTable(
  'OrderIntent',
  {
    event_type: optional(symbolOf(ORDER_INTENT_TYPE)),
    intent_id: uuid,
    symbol: marketSymbol,
    exchange: exchangeName,
    action: optional(symbolOf(INTENT_ACTION)),
    direction: symbolOf(DIRECTION),
    quantity: decimalNotNegative,
    order_type: symbolOf(ORDER_TYPE),
    timestamp: time,
    strategy_id: strategyId,
    account: optional(name),
    target_intent_id: optional(uuid),
    limit_price: optional(decimalPositive),
    stop_price: optional(decimalPositive),
    time_in_force: optional(symbolOf(TIME_IN_FORCE)),
    urgency: optional(symbolOf(URGENCY)),
    deadline: optional(time),
    causation_id: optional(name),
    reason: optional(prose),
    target_weight: optional(within(-1, 1)),
    current_weight: optional(within(-1, 1)),
    signal_strength: optional(within(0, 1)),
    risk_checks: optional(RISK_CHECKS_RULES),
    execution_params: optional(EXECUTION_PARAMS_RULES),
    metadata: optional(INTENT_METADATA_RULES),
  },
  [
    {
      field: 'quantity',
      rule: '> 0 unless action is CANCEL',
      holds: (intent) => cancels(intent) || intent.quantity > 0n,
    },
    {
      field: 'limit_price',
      rule: 'LIMIT and STOP_LIMIT need limit_price',
      holds: (intent) =>
        cancels(intent) || !isOf(intent, 'LIMIT', 'STOP_LIMIT') || given(intent.limit_price),
    },
    {
      field: 'stop_price',
      rule: 'STOP and STOP_LIMIT need stop_price',
      holds: (intent) =>
        cancels(intent) || !isOf(intent, 'STOP', 'STOP_LIMIT') || given(intent.stop_price),
    },
    {
      field: 'limit_price',
      rule: 'MARKET has no limit_price',
      holds: (intent) => intent.order_type !== 'MARKET' || !given(intent.limit_price),
    },
    {
      field: 'stop_price',
      rule: 'MARKET has no stop_price',
      holds: (intent) => intent.order_type !== 'MARKET' || !given(intent.stop_price),
    },
    {
      field: 'target_intent_id',
      rule: 'CANCEL and REPLACE need target_intent_id, NEW has none',
      holds: (intent) => (actionOf(intent) === 'NEW') !== given(intent.target_intent_id),
    },
    {
      field: 'target_intent_id',
      rule: 'an intent does not target itself',
      holds: (intent) => intent.target_intent_id !== intent.intent_id,
    },
  ],
);

function actionOf(intent: OrderIntentInput): string {
  return intent.action ?? 'NEW';
}

function cancels(intent: OrderIntentInput): boolean {
  return actionOf(intent) === 'CANCEL';
}

function isOf(
  intent: OrderIntentInput,
  ...types: readonly OrderIntentInput['order_type'][]
): boolean {
  return types.includes(intent.order_type);
}

function given(value: unknown): boolean {
  return value !== null && value !== undefined;
}
