import type { Logger, Metrics, Tracing } from '@tickmesh/telemetry';
import type { VenueProbe } from '../app/binance-connector.ts';
import type { ConnectorProbe } from '../app/run-connectors.ts';

/** Turns the facts of connectors into spans, metrics and log lines. */
export function connectorProbe(parts: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}): ConnectorProbe {
  const { logger, metrics, tracing } = parts;
  return {
    started: (connector) => {
      logger.info('feed.connected', { connector });
    },
    ended: (connector) => {
      logger.info('feed.disconnected', { connector, reason: 'the feed has ended' });
    },
    failed: (connector, thrown) => {
      logger.fault('feed.disconnected', thrown, { connector });
      metrics.counter('data_feed_reconnects_total', { connector, reason: 'failed' }).add();
    },
    traceparent: (exchange, symbol) => {
      if (!tracing.isEnabled) return undefined;
      const span = tracing.startSpan('frame.publish', {
        kind: 'producer',
        attributes: { 'tickmesh.exchange': exchange, 'tickmesh.symbol': symbol },
      });
      span.end();
      return span.carrier.traceparent;
    },
    published: (connector, exchange, symbol, frames) => {
      metrics.counter('data_frames_received_total', { connector, exchange, symbol }).add(frames);
    },
  };
}

/** What a live connector meets at its venue. */
export function venueProbe({
  logger,
  metrics,
}: {
  readonly logger: Logger;
  readonly metrics: Metrics;
}): VenueProbe {
  return {
    disconnected: (facts) => {
      const { connector } = facts;
      logger.warn('feed.disconnected', facts);
      metrics.counter('data_feed_reconnects_total', { connector, reason: 'disconnected' }).add();
    },
    fellSilent: ({ connector, silentMs }) => {
      const reason = 'silent';
      logger.warn('feed.disconnected', { connector, reason, silent_ms: silentMs });
      metrics.counter('data_feed_reconnects_total', { connector, reason }).add();
    },
    snapshotFailed: (facts) => {
      logger.warn('book.snapshot_failed', facts);
    },
    paced: ({ connector, symbol, waitMs }) => {
      metrics.counter('data_paced_requests_total', { connector, endpoint: 'snapshot' }).add();
      logger.info('feed.paced', { connector, symbol, wait_ms: waitMs });
    },
  };
}
