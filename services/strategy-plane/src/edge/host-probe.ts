import type { Delivery } from '@tickmesh/bus';
import type { Logger, Metrics, Tracing } from '@tickmesh/telemetry';
import type { HostProbe } from '../app/strategy-host.ts';

/** Turns the facts of a strategy's host into spans, metrics and log lines. */
export function hostProbe(parts: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly nowMicros: () => number;
}): HostProbe {
  const { logger, metrics, tracing, nowMicros } = parts;
  const savedMicros = new Map<string, number>();
  metrics.beforeCollect(() => {
    for (const [strategy, micros] of savedMicros) {
      const ageSeconds = Math.max(0, nowMicros() - micros) / 1e6;
      metrics.gauge('strategy_checkpoint_age_seconds', { strategy }).set(ageSeconds);
    }
  });
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
    startDecision: (strategyId, delivery) => startDecision(tracing, strategyId, delivery),
    checkpointed: (strategyId) => {
      savedMicros.set(strategyId, nowMicros());
    },
    controlled: ({ strategy_id, state, author, reason }) => {
      const event = state === 'PAUSED' ? 'strategy.paused' : 'strategy.resumed';
      logger.info(event, { strategy: strategy_id, author, reason });
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

/** Outside of a trace, or where nobody looks, the context that came goes on. */
function startDecision(
  tracing: Tracing,
  strategyId: string,
  { headers, topic, partition, offset }: Delivery,
): ReturnType<HostProbe['startDecision']> {
  const { traceparent } = headers;
  if (!tracing.isEnabled || traceparent === undefined) return { traceparent, end: () => undefined };
  const span = tracing.startSpan('strategy.decide', {
    kind: 'consumer',
    parent: headers,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': Number(offset),
      'tickmesh.event_id': headers.event_id,
      'tickmesh.strategy_id': strategyId,
    },
  });
  return {
    traceparent: span.carrier.traceparent,
    end: () => {
      span.end();
    },
  };
}
