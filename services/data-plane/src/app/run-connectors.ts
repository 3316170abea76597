import type { Publisher } from '@tickmesh/bus';
import { faultOf } from '@tickmesh/kernel';
import type { Connector, ConnectorClock, FrameSink } from './connector.ts';

/** Facts for logs, metrics and traces. */
export interface ConnectorProbe {
  started(connector: string): void;
  ended(connector: string): void;
  failed(connector: string, thrown: unknown): void;
  /** The trace that starts with a frame, if this one is sampled. */
  traceparent(exchange: string, symbol: string): string | undefined;
  published(connector: string, exchange: string, symbol: string, frames: number): void;
}

/** Between a connector's failure and its next start. */
const RESTART_MS = 1000;

/**
 * Runs connectors side by side until they end or the signal aborts. One that fails is started again, as a run of
 * its own; the others do not notice.
 */
export async function runConnectors(
  connectors: readonly Connector[],
  parts: {
    readonly publisher: Publisher;
    readonly clock: ConnectorClock;
    readonly probe: ConnectorProbe;
  },
  signal: AbortSignal,
): Promise<void> {
  const { clock, probe } = parts;
  await Promise.all(
    connectors.map(async (connector) => {
      const isOver = (): boolean => signal.aborted;
      while (!isOver()) {
        probe.started(connector.name);
        try {
          await connector.run(frameSink(connector.name, parts), signal);
          probe.ended(connector.name);
          return;
        } catch (thrown) {
          if (isOver()) return;
          probe.failed(connector.name, faultOf(thrown));
          await clock.sleep(RESTART_MS, signal);
        }
      }
    }),
  );
}

/** Puts frames on market_raw under ids made of the connection and the count on it. */
export function frameSink(
  connector: string,
  { publisher, probe }: { readonly publisher: Publisher; readonly probe: ConnectorProbe },
): FrameSink {
  return {
    publish: async (frames, run) => {
      const messages = frames.map((value) => {
        const traceparent = probe.traceparent(value.exchange, value.symbol);
        const eventId = `${run.runId}/${value.connection_id}/${value.connection_sequence}`;
        const headers = {
          event_id: eventId,
          run_id: run.runId,
          mode: run.mode,
          ...(traceparent === undefined ? {} : { traceparent }),
        };
        return { topic: 'market_raw' as const, value, headers };
      });
      await publisher.publishAll(messages);
      for (const { exchange, symbol } of frames) probe.published(connector, exchange, symbol, 1);
    },
  };
}
