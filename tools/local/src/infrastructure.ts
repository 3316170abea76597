import { join } from 'node:path';
import { startBroker, type Broker } from './broker.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { startRegistry, type Registry } from './registry.ts';
import type { Progress } from './artefacts.ts';

export interface InfrastructureOptions {
  /** Each part keeps its data in a folder of its own under this one. */
  readonly dir: string;
  readonly brokerPort?: number;
  readonly registryPort?: number;
  readonly postgresPort?: number;
  readonly progress?: Progress;
  /** What is committed is on disk, as in production; tests do without, since what they write may be lost. */
  readonly isDurable?: boolean;
}

/** The three real parts that tests and tools run against. */
export interface Infrastructure {
  readonly broker: Broker;
  readonly registry: Registry;
  readonly postgres: Postgres;
  stop(): Promise<void>;
}

const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts broker, registry and database side by side. When one fails, those that came up are stopped before the
 * fault is raised.
 */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const shared = options.progress === undefined ? {} : { progress: options.progress };
  const broker = startBroker({
    dataDir: join(options.dir, 'broker'),
    ...portOf(options.brokerPort),
    ...shared,
  });
  const registry = startRegistry({
    dataDir: join(options.dir, 'registry'),
    ...portOf(options.registryPort),
    ...shared,
  });
  const postgres = startPostgres({
    dataDir: join(options.dir, 'postgres'),
    ...portOf(options.postgresPort),
    settings: options.isDurable === true ? {} : FORGETFUL,
  });
  const starting = [broker, registry, postgres] as const;
  const stop = async (): Promise<void> => {
    const settled = await Promise.allSettled(starting);
    const started = settled.filter((part) => part.status === 'fulfilled');
    await Promise.all(started.map((part) => part.value.stop()));
  };
  try {
    const [startedBroker, startedRegistry, startedPostgres] = await Promise.all(starting);
    return {
      broker: startedBroker,
      registry: startedRegistry,
      postgres: startedPostgres,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function portOf(port: number | undefined): { port?: number } {
  return port === undefined ? {} : { port };
}
