import { parseArgs } from 'node:util';
import { Fault } from '@tickmesh/kernel';

export interface StartOptions {
  /** Sets FEED of the compose file. */
  readonly feed: string | undefined;
  readonly detach: boolean;
  readonly fresh: boolean;
  /** Everybody signs in at the broker. */
  readonly secure: boolean;
  /** Holds data, logs and what runs; `.mesh` when absent. */
  readonly dir: string | undefined;
  /** Another compose file than the repository's. */
  readonly compose: string | undefined;
  readonly help: boolean;
  /** Set by the launcher for its own detached half. */
  readonly background: boolean;
}

export const HELP = `Usage: npm start [-- OPTIONS]

Runs docker-compose.yml without Docker: Kafka, the schema registry, PostgreSQL and every service as local processes,
with data under .mesh/data and logs under .mesh/logs. Ctrl-C stops all of it.

  --feed LIST   what to play, joined by commas: replay:FILES, sim, binance:SYMBOLS
                (default: the recorded BTCUSDT captures in a loop, and simulated equities)
  --detach      return when the mesh is ready; "npm stop" ends it
  --fresh       forget all data first
  --secure      everybody signs in at the broker: TLS, tokens, and the rights of contracts/topics.yaml
  --dir FOLDER  another folder for data and logs: a second mesh, on other ports, beside the first
  --compose FILE  another compose file than docker-compose.yml
  --help        this text

Ports are moved by variables: KAFKA_PORT, REGISTRY_PORT, POSTGRES_PORT, DATA_PLANE_HTTP_PORT, DATA_PLANE_GRPC_PORT,
STRATEGY_PLANE_..., ORDER_PLANE_..., CONNECTOR_... in the environment or in a file .env.
`;

/** @throws Fault ARGUMENT_INVALID for an option that does not exist or lacks its value */
export function parseOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        feed: { type: 'string' },
        detach: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        secure: { type: 'boolean', default: false },
        dir: { type: 'string' },
        compose: { type: 'string' },
        help: { type: 'boolean', default: false },
        background: { type: 'boolean', default: false },
      },
    });
    return { ...values, feed: values.feed, dir: values.dir, compose: values.compose };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('ARGUMENT_INVALID', { reason, help: 'npm start -- --help' }, cause);
  }
}
