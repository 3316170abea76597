/** Turns what the order plane tells into log lines and metrics. */
import type { ExecutionReport } from '@tickmesh/contracts';
import { type Clock, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import type { Logger, Metrics } from '@tickmesh/telemetry';
import type { OrderProbe } from '../app/ports.ts';

export function orderTelemetry(logger: Logger, metrics: Metrics, clock: Clock): OrderProbe {
  return {
    intentReceived: (intent) => {
      const { strategy_id: strategy, action } = intent;
      metrics.counter('orders_received_total', { strategy, action }).add();
      logger.info('intent.received', { ...identityOf(intent), action });
    },
    intentDecided: (intent, { approved, failed }) => {
      for (const check of failed) metrics.counter('orders_risk_rejections_total', { check }).add();
      if (approved) logger.info('order.accepted', identityOf(intent));
      else if (failed.includes('EXPIRED_INTENT')) logger.warn('intent.expired', identityOf(intent));
      else logger.warn('risk.rejected', { ...identityOf(intent), failed });
    },
    orderSent: ({ intentId, clientOrderId, broker }) => {
      metrics.counter('orders_submitted_total', { broker }).add();
      logger.info('order.sent', { intent_id: intentId, order_id: clientOrderId, broker });
    },
    reportWritten: (report) => {
      measureReport(report, metrics);
      logReport(report, logger);
    },
    reportPublished: (report, mode) => {
      const { report_id, intent_id, status } = report;
      logger.info('report.published', { report_id, intent_id, status });
      const eventMicros = eventTimeOf(report);
      if (eventMicros === undefined) return;
      const seconds = (clock.nowMicros() - eventMicros) / 1e6;
      metrics.histogram('orders_event_to_report_latency_seconds', { mode }).observe(seconds);
    },
    orderResolved: (intentId, clientOrderId, answer) => {
      logger.info('order.resolved', { intent_id: intentId, order_id: clientOrderId, answer });
    },
    anomalyFound: (intentId, { code, severity, detail }) => {
      const facts = { intent_id: intentId, anomaly: code, detail };
      if (severity === 'severe') logger.error('order.anomaly', facts);
      else logger.warn('order.anomaly', facts);
    },
    leaseChanged: (account, change, epoch) => {
      logger.info(change === 'acquired' ? 'lease.acquired' : 'lease.lost', { account, epoch });
    },
    ...switchTelemetry(logger, metrics),
    migrationApplied: (schema, number) => {
      logger.info('migration.applied', { schema, number });
    },
    documentLoaded: (path, versions) => {
      logger.info('document.loaded', { path, versions });
    },
    failed: (doing, fault) => {
      logger.fault('order.step_failed', fault, { step: doing });
    },
  };
}

/** Switches and limits: what people decide. */
function switchTelemetry(logger: Logger, metrics: Metrics): OrderProbe {
  const halted = (scope: string, value: 0 | 1): void => {
    metrics.gauge('trading_halted', { scope }).set(value);
  };
  return {
    halted: ({ level, scope, by, reason }) => {
      halted(`${level}:${scope}`, 1);
      logger.warn('trading.halted', { level, scope, by, reason });
    },
    rearmed: (level, scope, by) => {
      halted(`${level}:${scope}`, 0);
      logger.warn('trading.rearmed', { level, scope, by });
    },
    rearmRequested: (level, scope, by) => {
      logger.warn('trading.rearm_requested', { level, scope, by });
    },
    limitsChanged: ({ state, version, raises, requestedBy, approvedBy }) => {
      const facts = { version, raises, by: requestedBy, approved_by: approvedBy };
      logger.warn(state === 'taken' ? 'limits.changed' : 'limits.awaiting_approval', facts);
    },
    limitsLoaded: ({ version, effectiveFromMicros, changedBy }) => {
      const effectiveFrom = formatRfc3339(effectiveFromMicros);
      logger.info('limits.loaded', { version, effective_from: effectiveFrom, by: changedBy });
    },
  };
}

const identityOf = (intent: {
  readonly intent_id: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly exchange: string;
}): Record<string, string> => ({
  intent_id: intent.intent_id,
  strategy: intent.strategy_id,
  symbol: intent.symbol,
  exchange: intent.exchange,
});

function logReport(report: ExecutionReport, logger: Logger): void {
  const facts = {
    intent_id: report.intent_id,
    order_id: report.order_id,
    status: report.status,
    filled_quantity: formatDecimal(report.filled_quantity),
  };
  if (report.status === 'UNKNOWN') logger.warn('order.unknown', facts);
  else if (report.fills.length > 0) logger.info('fill.booked', facts);
}

/** The time of the intent, which is the time of the event that it answers: of the report that tells its sending. */
function eventTimeOf({
  status,
  submitted_timestamp: submitted,
  latency_metrics: latency,
}: ExecutionReport): number | undefined {
  const sinceIntentMs = latency?.intent_to_submit_ms;
  if (status !== 'SUBMITTED' || submitted === null || sinceIntentMs == null) return undefined;
  return submitted - sinceIntentMs * 1_000;
}

/** Histograms take each stage once: at the report that first tells it. */
function measureReport(report: ExecutionReport, metrics: Metrics): void {
  const broker = report.metadata?.broker ?? 'none';
  const latency = report.latency_metrics;
  const seconds = (millis: number | null | undefined): number => (millis ?? 0) / 1_000;
  switch (report.status) {
    case 'SUBMITTED':
      metrics
        .histogram('orders_intent_to_submit_latency_seconds', { broker })
        .observe(seconds(latency?.intent_to_submit_ms));
      break;
    case 'ACKNOWLEDGED':
      metrics
        .histogram('orders_submit_to_ack_latency_seconds', { broker })
        .observe(seconds(latency?.submit_to_ack_ms));
      break;
    case 'REJECTED':
      if (report.order_id !== '') metrics.counter('orders_rejected_total', { broker }).add();
      break;
    case 'FILLED':
      metrics
        .histogram('orders_ack_to_fill_latency_seconds', { broker })
        .observe(seconds(latency?.ack_to_fill_ms));
      metrics.counter('orders_filled_total', { broker, symbol: report.symbol }).add();
      if (report.slippage_bps !== null) {
        metrics.histogram('orders_slippage_basis_points', { broker }).observe(report.slippage_bps);
      }
      break;
    default:
  }
}
