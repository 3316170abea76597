/** Brings the schema up to date as a role that may, and makes the one that the service logs in as. */
import {
  type Database,
  type Queryable,
  migrate,
  openDatabase,
  readMigrations,
} from '@tickmesh/database';
import { Fault, faultOf } from '@tickmesh/kernel';

export const SCHEMA = 'store';
const FOLDER = new URL('../../migrations/', import.meta.url);
const ROLE = /^[a-z_][a-z0-9_]{0,62}$/;
/** Months for which the log has parts already: a store that cannot make new ones goes on for so long. */
const MONTHS_AHEAD = 3;

export interface SchemaProbe {
  migrationApplied?(number: number): void;
  partMade?(part: string): void;
}

/**
 * @param migrationUrl a role that may create roles; it is logged out at the end
 * @param serviceUrl its user is made when missing, a member of store_access with that password
 * @throws Fault MIGRATION_CHANGED, ARGUMENT_INVALID, and those of the database
 */
export async function prepareSchema(
  migrationUrl: string,
  serviceUrl: string,
  probe: SchemaProbe = {},
): Promise<void> {
  const database = openDatabase(migrationUrl, {
    applicationName: 'store-migration',
    connectionsMax: 1,
    statementTimeoutMs: 600_000,
  });
  try {
    const applied = await migrate(database, SCHEMA, await readMigrations(FOLDER));
    for (const number of applied) probe.migrationApplied?.(number);
    await makeServiceRole(database, serviceUrl);
  } finally {
    await database.close();
  }
}

/**
 * @throws Fault MIGRATION_MISSING when the schema is older than the code
 */
export async function verifySchema(database: Queryable): Promise<void> {
  const wanted = await readMigrations(FOLDER);
  const rows = await database
    .query<{ checksum: string }>(`select checksum from ${SCHEMA}.migrations order by number`)
    .catch((thrown: unknown) => {
      const { code, details } = faultOf(thrown);
      // Neither the table, nor the schema: nothing was migrated yet.
      if (code === 'DATABASE_REFUSED' && /^(42P01|3F000|42501)$/.test(String(details['state'])))
        return [];
      throw thrown;
    });
  const missing = wanted.filter(({ checksum }, i) => rows[i]?.checksum !== checksum);
  if (missing.length === 0) return;
  throw new Fault('MIGRATION_MISSING', {
    schema: SCHEMA,
    missing: missing.map(({ number, name }) => `${number} ${name}`),
    cure: 'set STORE_MIGRATION_URL',
  });
}

/** The parts of this month and the next ones; idempotent, for every day. */
export async function makeLogParts(database: Queryable, probe: SchemaProbe = {}): Promise<void> {
  const made = await database.query<{ part: string }>(
    'select part from store.ensure_log_parts_ahead($1) as made(part)',
    [MONTHS_AHEAD],
  );
  for (const { part } of made) probe.partMade?.(part);
}

async function makeServiceRole(database: Database, serviceUrl: string): Promise<void> {
  const { username, password } = new URL(serviceUrl);
  const role = decodeURIComponent(username);
  if (!ROLE.test(role)) {
    throw new Fault('ARGUMENT_INVALID', {
      name: 'DATABASE_URL',
      rule: `its user matches ${ROLE.source}`,
      value: role,
    });
  }
  const known = await database.query('select from pg_roles where rolname = $1', [role]);
  // A role that somebody else made keeps what it has; the service checks at its start whether that will do.
  if (known.length > 0) return;
  const [made] = await database.query<{ text: string }>(
    `select format('create role %I login password %L in role store_access', $1::text, $2::text) as text`,
    [role, decodeURIComponent(password)],
  );
  await database.query(made?.text ?? '');
}
