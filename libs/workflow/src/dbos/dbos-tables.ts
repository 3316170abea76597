/** DBOS's tables, made by the owner of the database, and the rights of the role that works on them. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Fault } from '@tickmesh/kernel';
import pg from 'pg';
import { dbosFault } from './dbos-faults.ts';

export interface WorkflowTablesOptions {
  /** Of a role that may create a schema in the database. */
  readonly ownerUrl: string;
  /** Absent: dbos. */
  readonly schema?: string;
  /** The role of the engines. It gets rows, and nothing else: no table is its own, none can be emptied or changed by it. */
  readonly role: string;
}

export const WORKFLOW_SCHEMA = 'dbos';

const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Makes the tables, or brings them up to what this version needs; several may do so at once.
 * @throws Fault DATABASE_UNREACHABLE, DATABASE_REFUSED, ARGUMENT_INVALID
 */
export async function prepareWorkflowTables(options: WorkflowTablesOptions): Promise<void> {
  const { ownerUrl, schema = WORKFLOW_SCHEMA, role } = options;
  for (const [field, name] of Object.entries({ schema, role })) {
    if (!NAME.test(name)) {
      throw new Fault('ARGUMENT_INVALID', { field, rule: NAME.source, value: name });
    }
  }
  try {
    await DBOS.migrate(ownerUrl, { schemaName: schema });
    await grantRows(ownerUrl, schema, role);
  } catch (thrown) {
    throw dbosFault(thrown, { schema });
  }
}

async function grantRows(ownerUrl: string, schema: string, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  // A connection that dies while nobody awaits a query says so at the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `grant usage on schema "${schema}" to "${role}";
       grant select, insert, update, delete on all tables in schema "${schema}" to "${role}";
       revoke insert, update, delete on "${schema}".dbos_migrations from "${role}";
       grant usage on all sequences in schema "${schema}" to "${role}";
       grant execute on all functions in schema "${schema}" to "${role}";`,
    );
  } finally {
    await client.end();
  }
}
