/** Opens everything that the store is made of, without a framework: the module and tests both start here. */
import type { ConfigOf, storeSchema } from '@tickmesh/config';
import { type Database, openDatabase } from '@tickmesh/database';
import type { Clock, Fault } from '@tickmesh/kernel';
import { BitemporalLog } from './app/bitemporal-log.ts';
import { Checkpoints } from './app/checkpoints.ts';
import type { Seal } from './app/cursors.ts';
import { DatabaseLogReader } from './app/log-reader.ts';
import type { LogEntry, LogReader, StoreLog } from './app/ports.ts';
import type { RelayProbe } from './app/relay.ts';
import { checkRights } from './app/self-check.ts';
import { EntityCatalogue, type StoredEntity, type TransitionFacts } from './app/stored-entity.ts';
import { type SchemaProbe, makeLogParts, prepareSchema, verifySchema } from './edge/schema.ts';
import { sealWith } from './edge/sealing.ts';

export type StorePartsConfig = Pick<ConfigOf<typeof storeSchema>, 'database' | 'store'>;

export interface StoreProbe extends SchemaProbe, RelayProbe {
  listenerFailed?(change: LogEntry, fault: Fault): void;
  workflowRefused?(workflow: string, workflowId: string, fault: Fault): void;
  /** What the engine says of itself. */
  workflowNoted?(level: 'warn' | 'error', text: string): void;
  hookFailed?(hook: string, facts: TransitionFacts, fault: Fault): void;
  failed?(doing: string, fault: Fault): void;
}

export interface OpenStore {
  readonly log: StoreLog;
  readonly reader: LogReader;
  readonly checkpoints: Checkpoints;
  readonly catalogue: EntityCatalogue;
  readonly seal: Seal;
  /** Logged in as the service: reads through it see nothing unless they speak for a caller. */
  readonly database: Database;
}

/**
 * Brings the schema up to date when it may, and refuses to serve where the database would not keep the rights.
 * @throws Fault DATABASE_ROLE_UNSAFE, MIGRATION_CHANGED, MIGRATION_MISSING, DATABASE_UNREACHABLE
 */
export async function openStore(
  config: StorePartsConfig,
  outer: {
    readonly entities: Iterable<StoredEntity>;
    readonly clock: Clock;
    readonly probe?: StoreProbe;
  },
): Promise<OpenStore> {
  const { entities, clock, probe = {} } = outer;
  const { url, connectionsMax, statementTimeoutMs } = config.database;
  const { migrationUrl } = config.store;
  const catalogue = new EntityCatalogue(entities);
  if (migrationUrl !== undefined) await prepareSchema(migrationUrl, url, probe);
  const database = openDatabase(url, {
    applicationName: 'store',
    connectionsMax,
    statementTimeoutMs,
    probe: { connectionLost: (fault) => probe.failed?.('idle connection', fault) },
  });
  try {
    await verifySchema(database);
    await checkRights(database);
    await makeLogParts(database, probe);
    const [sealed] = await database.query<{ key: Uint8Array }>('select store.seal_key() as key');
    const seal = sealWith(sealed?.key ?? new Uint8Array());
    const hookFailed = probe.hookFailed?.bind(probe);
    const log = new BitemporalLog({
      database,
      catalogue,
      clock,
      seal,
      ...(hookFailed === undefined ? {} : { hookFailed }),
    });
    const reader = new DatabaseLogReader(database);
    return { log, reader, checkpoints: new Checkpoints(database, seal), catalogue, seal, database };
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}
