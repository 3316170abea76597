/**
 * Numbered SQL files, run once each, in order, all that are missing in one transaction under an advisory lock, so that
 * several instances may start at once. A file that has run must never change: its checksum is kept.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { Fault } from '@tickmesh/kernel';
import type { Database, Queryable } from './database.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, lower-case hexadecimal. */
  readonly checksum: string;
  /** Whether code of the version before runs on the new schema: what a rolling update needs. */
  readonly compatible: boolean;
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const HEADER = /^-- compatible: (yes|no)\n/;
const SCHEMA = /^[a-z_][a-z0-9_]*$/;

/**
 * Reads `0001_name.sql`, ... of a folder. Each starts with the line `-- compatible: yes` or `no`.
 * @throws Fault ARGUMENT_INVALID for a file of another name, a gap in the numbers, or a missing first line
 */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const match = FILE.exec(file);
    const sql = await readFile(new URL(file, folder), 'utf8');
    const header = HEADER.exec(sql);
    const number = Number(match?.[1]);
    if (match?.[2] === undefined || number !== migrations.length + 1) {
      throw new Fault('ARGUMENT_INVALID', { file, expected: `number ${migrations.length + 1}` });
    }
    if (header === null) {
      throw new Fault('ARGUMENT_INVALID', {
        file,
        expected: 'a first line "-- compatible: yes" or "no"',
      });
    }
    const checksum = createHash('sha256').update(sql).digest('hex');
    migrations.push({ number, name: match[2], sql, checksum, compatible: header[1] === 'yes' });
  }
  return migrations;
}

/**
 * Brings a schema up to the last migration.
 * @param schema made when missing; the files name their tables with it
 * @returns the numbers that ran now
 * @throws Fault MIGRATION_CHANGED when a file that has run was edited, or has gone
 */
export async function migrate(
  database: Database,
  schema: string,
  migrations: readonly Migration[],
): Promise<number[]> {
  if (!SCHEMA.test(schema)) throw new Fault('ARGUMENT_INVALID', { schema });
  return database.transaction(async (transaction) => {
    await transaction.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      `migrate:${schema}`,
    ]);
    await transaction.query(`create schema if not exists ${schema}`);
    await transaction.query(
      `create table if not exists ${schema}.migrations (
         number integer primary key,
         name text not null,
         checksum text not null,
         applied_at timestamptz not null default now())`,
    );
    const done = await verifyDone(transaction, schema, migrations);
    const missing = migrations.slice(done);
    for (const { number, name, sql, checksum } of missing) {
      await transaction.query(sql);
      await transaction.query(
        `insert into ${schema}.migrations (number, name, checksum) values ($1, $2, $3)`,
        [number, name, checksum],
      );
    }
    return missing.map(({ number }) => number);
  });
}

/** Returns how many have run. */
async function verifyDone(
  transaction: Queryable,
  schema: string,
  migrations: readonly Migration[],
): Promise<number> {
  const rows = await transaction.query<{ number: number; name: string; checksum: string }>(
    `select number, name, checksum from ${schema}.migrations order by number`,
  );
  for (const [i, row] of rows.entries()) {
    const known = migrations[i];
    if (known?.number === row.number && known.checksum === row.checksum) continue;
    throw new Fault('MIGRATION_CHANGED', { schema, number: row.number, name: row.name });
  }
  return rows.length;
}
