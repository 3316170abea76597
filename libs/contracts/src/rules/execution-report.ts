import {
  DIRECTION,
  EXECUTION_REPORT_TYPE,
  EXECUTION_STATUS,
  type ExecutionReportInput,
  LIQUIDITY,
} from '../gen/types.ts';
import {
  decimalNotNegative,
  decimalPositive,
  each,
  finite,
  flag,
  matches,
  optional,
  ruleTable,
  symbolOf,
  time,
  wholeFrom,
} from './rule.ts';
import { currency, exchangeName, marketSymbol, name, prose, strategyId, uuid } from './words.ts';

/**
 * A broker may round its average price; farther from the fills' own average than one part in this
 * many, the two do not speak of the same fills.
 */
const AVERAGE_PRICE_PARTS = 10_000n;

export const FILL_RULES = ruleTable('Fill', {
  fill_id: name,
  quantity: decimalPositive,
  price: decimalPositive,
  timestamp: time,
  commission: optional(decimalNotNegative),
  rebate: optional(decimalNotNegative),
  liquidity: optional(symbolOf(LIQUIDITY)),
});

export const EXECUTION_COSTS_RULES = ruleTable('ExecutionCosts', {
  commission: decimalNotNegative,
  slippage: optional(finite),
  market_impact: optional(finite),
  total_cost_bps: optional(finite),
});

export const LATENCY_METRICS_RULES = ruleTable('LatencyMetrics', {
  intent_to_submit_ms: optional(wholeFrom(0)),
  submit_to_ack_ms: optional(wholeFrom(0)),
  ack_to_fill_ms: optional(wholeFrom(0)),
  total_latency_ms: optional(wholeFrom(0)),
});

export const REPORT_METADATA_RULES = ruleTable('ReportMetadata', {
  broker: optional(name),
  account_id: optional(name),
  kafka_topic: optional(name),
});

export const EXECUTION_REPORT_RULES = ruleTable(
  'ExecutionReport',
  {
    event_type: optional(symbolOf(EXECUTION_REPORT_TYPE)),
    report_id: uuid,
    intent_id: uuid,
    order_id: matches(/^[\x21-\x7e]{0,64}$/),
    symbol: marketSymbol,
    exchange: exchangeName,
    status: symbolOf(EXECUTION_STATUS),
    timestamp: time,
    strategy_id: optional(strategyId),
    account: optional(name),
    direction: optional(symbolOf(DIRECTION)),
    submitted_timestamp: optional(time),
    acknowledged_timestamp: optional(time),
    filled_timestamp: optional(time),
    requested_quantity: optional(decimalPositive),
    filled_quantity: optional(decimalNotNegative),
    remaining_quantity: optional(decimalNotNegative),
    average_fill_price: optional(decimalPositive),
    limit_price: optional(decimalPositive),
    commission: optional(decimalNotNegative),
    commission_currency: optional(currency),
    rebate: optional(decimalNotNegative),
    slippage_bps: optional(finite),
    execution_costs: optional(EXECUTION_COSTS_RULES),
    reject_reason: optional(prose),
    error_message: optional(prose),
    fills: optional(each(FILL_RULES)),
    overfill: optional(flag),
    latency_metrics: optional(LATENCY_METRICS_RULES),
    metadata: optional(REPORT_METADATA_RULES),
  },
  [
    {
      field: 'filled_quantity',
      rule: 'filled <= requested, unless overfill',
      holds: (report) => {
        const requested = requestedOf(report);
        return requested === null || report.overfill === true || filledOf(report) <= requested;
      },
    },
    {
      field: 'filled_quantity',
      rule: 'FILLED: filled = requested, or more with overfill',
      holds: (report) => {
        const requested = requestedOf(report);
        return report.status !== 'FILLED' || requested === null || filledOf(report) >= requested;
      },
    },
    {
      field: 'average_fill_price',
      rule: 'FILLED with both quantities needs average_fill_price',
      holds: (report) =>
        report.status !== 'FILLED' ||
        requestedOf(report) === null ||
        given(report.average_fill_price),
    },
    {
      field: 'filled_quantity',
      rule: 'PARTIAL_FILL: 0 < filled < requested',
      holds: (report) => {
        if (report.status !== 'PARTIAL_FILL') return true;
        const requested = requestedOf(report);
        const filled = filledOf(report);
        return requested !== null && filled > 0n && filled < requested;
      },
    },
    {
      field: 'remaining_quantity',
      rule: 'remaining = requested - filled, 0 after an overfill',
      holds: remainsWhatIsLeft,
    },
    {
      field: 'reject_reason',
      rule: 'REJECTED needs reject_reason',
      holds: ({ status, reject_reason }) => status !== 'REJECTED' || says(reject_reason),
    },
    {
      field: 'error_message',
      rule: 'ERROR needs error_message',
      holds: ({ status, error_message }) => status !== 'ERROR' || says(error_message),
    },
    {
      field: 'fills',
      rule: 'fill ids are unique',
      holds: ({ fills = [] }) => new Set(fills.map((fill) => fill.fill_id)).size === fills.length,
    },
    {
      field: 'fills',
      rule: 'fills sum to filled_quantity',
      holds: (report) => {
        const fills = report.fills ?? [];
        const sum = fills.reduce((total, fill) => total + fill.quantity, 0n);
        return fills.length === 0 || sum === filledOf(report);
      },
    },
    {
      field: 'average_fill_price',
      rule: "the fills' quantity-weighted mean, within 1 part in 10000",
      holds: averagesItsFills,
    },
    {
      field: 'acknowledged_timestamp',
      rule: 'submitted <= acknowledged',
      holds: (report) => inOrder(report.submitted_timestamp, report.acknowledged_timestamp),
    },
    {
      field: 'filled_timestamp',
      rule: 'submitted and acknowledged <= filled',
      holds: (report) =>
        inOrder(report.submitted_timestamp, report.filled_timestamp) &&
        inOrder(report.acknowledged_timestamp, report.filled_timestamp),
    },
    {
      field: 'status',
      rule: 'TIMEOUT and ERROR are read, never written',
      holds: ({ status }) => status !== 'TIMEOUT' && status !== 'ERROR',
      writersOnly: true,
    },
  ],
);

function requestedOf(report: ExecutionReportInput): bigint | null {
  return report.requested_quantity ?? null;
}

function filledOf(report: ExecutionReportInput): bigint {
  return report.filled_quantity ?? 0n;
}

function remainsWhatIsLeft(report: ExecutionReportInput): boolean {
  const requested = requestedOf(report);
  const remaining = report.remaining_quantity ?? null;
  if (requested === null || remaining === null) return true;
  const left = requested - filledOf(report);
  return remaining === (left < 0n ? 0n : left);
}

/** |average x quantity - sum of price x quantity| <= that sum / 10000, in exact integers. */
function averagesItsFills(report: ExecutionReportInput): boolean {
  const average = report.average_fill_price ?? null;
  const fills = report.fills ?? [];
  if (average === null || fills.length === 0) return true;
  const paid = fills.reduce((total, fill) => total + fill.price * fill.quantity, 0n);
  const quantity = fills.reduce((total, fill) => total + fill.quantity, 0n);
  const difference = average * quantity - paid;
  return (difference < 0n ? -difference : difference) * AVERAGE_PRICE_PARTS <= paid;
}

function inOrder(earlier: number | null | undefined, later: number | null | undefined): boolean {
  return (earlier ?? -Infinity) <= (later ?? Infinity);
}

function says(text: string | null | undefined): boolean {
  return typeof text === 'string' && text.trim() !== '';
}

function given(value: unknown): boolean {
  return value !== null && value !== undefined;
}
