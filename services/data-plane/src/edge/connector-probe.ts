import type { Logger, Metrics, Tracing } from '@tickmesh/telemetry';
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
