import type { Logger, Metrics } from '@tickmesh/telemetry';
import type { HostProbe } from '../app/strategy-host.ts';

/** Turns the facts of a strategy's host into metrics and log lines. */
export function hostProbe(parts: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMicros: () => number;
}): HostProbe {
  const { logger, metrics, nowMicros } = parts;
  return {
    recovered: ({ strategyId, epoch, replayedRecords }) => {
      metrics.gauge('strategy_active', { strategy: strategyId }).set(1);
      logger.info('strategy.started', {
        strategy: strategyId,
        epoch,
        replayed_records: replayedRecords,
      });
    },
    stoodDown: (strategyId) => {
      metrics.gauge('strategy_active', { strategy: strategyId }).set(0);
      logger.info('strategy.standing_by', { strategy: strategyId });
    },
    consumed: (strategyId, topic, records) => {
      metrics.counter('strategy_events_total', { strategy: strategyId, type: topic }).add(records);
    },
    intended: (intent, receivedMicros) => {
      const { strategy_id, intent_id, symbol, exchange, direction, action } = intent;
      metrics.counter('strategy_intents_total', { strategy: strategy_id, action }).add();
      const seconds = (nowMicros() - receivedMicros) / 1e6;
      if (seconds >= 0) {
        const labels = { strategy: strategy_id };
        metrics.histogram('strategy_decision_latency_seconds', labels).observe(seconds);
      }
      logger.info('intent.published', {
        strategy: strategy_id,
        intent_id,
        symbol,
        exchange,
        direction,
        quantity: intent.quantity,
        reason: intent.reason,
      });
    },
  };
}
