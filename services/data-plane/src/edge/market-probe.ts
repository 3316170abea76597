import type { Delivery, EventHeaders } from '@tickmesh/bus';
import type { MarketEvent } from '@tickmesh/contracts';
import type { MarketOutput } from '@tickmesh/domain-market';
import type { Logger, Metrics, Tracing } from '@tickmesh/telemetry';
import type { DataPlaneProbe } from '../app/data-plane.ts';
import type { PartitionState } from '../app/partition-state.ts';

/** Turns the facts of the data plane into spans, metrics and log lines. */
export function marketProbe(parts: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly nowMicros: () => number;
}): DataPlaneProbe {
  const { logger, metrics, tracing, nowMicros } = parts;
  return {
    startFrame: (delivery) => startFrame(tracing, delivery),
    outputs: (delivery, outputs) => {
      for (const output of outputs) countOutput(metrics, logger, delivery.value, output);
      const ageSeconds = (nowMicros() - delivery.value.received_at) / 1e6;
      const { exchange } = delivery.value;
      if (outputs.length > 0 && ageSeconds >= 0) {
        metrics.histogram('data_latency_seconds', { exchange }).observe(ageSeconds);
      }
    },
    checkpointSaved: (partition, position) => {
      logger.debug('checkpoint.saved', { topic: 'market_raw', partition, offset: position });
    },
    checkpointRestored: (partition, position) => {
      logger.info('checkpoint.restored', { topic: 'market_raw', partition, offset: position });
    },
  };
}

function startFrame(
  tracing: Tracing,
  delivery: Delivery<'market_raw'>,
): { readonly headers: EventHeaders; end(): void } {
  const { headers, value } = delivery;
  if (!tracing.isEnabled || headers.traceparent === undefined) {
    return { headers, end: () => undefined };
  }
  const span = tracing.startSpan('market.derive', {
    kind: 'consumer',
    parent: headers,
    attributes: {
      'tickmesh.event_id': headers.event_id,
      'tickmesh.symbol': value.symbol,
      'tickmesh.exchange': value.exchange,
    },
  });
  return {
    headers: { ...headers, ...span.carrier },
    end: () => {
      span.end();
    },
  };
}

function countOutput(
  metrics: Metrics,
  logger: Logger,
  market: { readonly exchange: string; readonly symbol: string },
  output: MarketOutput,
): void {
  const { exchange, symbol } = market;
  switch (output.kind) {
    case 'market_event':
      countEvent(metrics, logger, output.record);
      break;
    case 'ofi_event': {
      const window = output.record.window ?? 'none';
      metrics.counter('data_ofi_events_generated_total', { exchange, symbol, window }).add();
      break;
    }
    case 'snapshot_wanted':
      logger.info('book.snapshot_requested', { exchange, symbol, reason: output.reason });
      break;
    case 'quality': {
      const { gate, passed, exempt, value, limit, unit } = output.verdict;
      if (passed || exempt) break;
      metrics.counter('data_quality_rejects_total', { gate, reason: 'limit' }).add();
      logger.warn('quality.rejected', { exchange, symbol, gate, value, limit, unit });
      break;
    }
    default:
      break;
  }
}

function countEvent(metrics: Metrics, logger: Logger, event: MarketEvent): void {
  const { exchange, symbol } = event;
  if (event.tick) {
    metrics.counter('data_ticks_received_total', { exchange, symbol }).add();
    const ageSeconds = Math.max(0, event.received_at - event.timestamp) / 1e6;
    metrics.histogram('data_freshness_seconds', { exchange }).observe(ageSeconds);
  }
  if (event.bar) {
    const kind = event.bar.revision > 0 ? 'revision' : 'final';
    metrics.counter('data_bars_published_total', { exchange, symbol, kind }).add();
  }
  if (!event.book_status) return;
  const { state, previous_state, reason, last_good_id } = event.book_status;
  metrics.gauge('data_book_live', { exchange, symbol }).set(state === 'LIVE' ? 1 : 0);
  const facts = { exchange, symbol, state, previous_state, reason, last_good_id };
  if (state === 'LIVE') logger.info('book.live', facts);
  if (state !== 'GAP') return;
  metrics.counter('data_book_gaps_total', { exchange, symbol }).add();
  logger.warn('book.gap_found', facts);
}

/** Shows, when metrics are asked for, how far our clock is from each venue's: the least of its markets says it best. */
export function watchClockSkew(
  metrics: Metrics,
  partitions: ReadonlyMap<number, Pick<PartitionState, 'markets'>>,
): void {
  metrics.beforeCollect(() => {
    const byExchange = new Map<string, number>();
    for (const { markets } of partitions.values()) {
      for (const { pipeline } of markets.values()) {
        const verdict = pipeline.verdicts().find(({ gate }) => gate === 'clock_skew');
        if (verdict === undefined) continue;
        const { exchange } = pipeline.market;
        const least = Math.min(byExchange.get(exchange) ?? Infinity, verdict.value);
        byExchange.set(exchange, least);
      }
    }
    for (const [exchange, micros] of byExchange) {
      metrics.gauge('data_clock_skew_seconds', { exchange }).set(micros / 1e6);
    }
  });
}
