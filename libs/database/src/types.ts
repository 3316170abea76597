/**
 * How PostgreSQL's values arrive. Nothing passes through a double that cannot hold it: int8 is a bigint, numeric
 * stays its text, timestamptz is microseconds since the epoch (exact in a double until 2255).
 */
import { Fault, parseRfc3339 } from '@tickmesh/kernel';
import pg from 'pg';

const INT8 = 20;
const NUMERIC = 1700;
const TIMESTAMPTZ = 1184;

/** As 'YYYY-MM-DD HH:MM:SS.ffffff+00', the form of sessions in UTC. */
export function parseTimestamp(text: string): number {
  const micros = parseRfc3339(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'));
  if (micros === undefined) throw new Fault('DATABASE_REFUSED', { timestamp: text });
  return micros;
}

type Parser = (text: string) => unknown;

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [INT8, (text) => BigInt(text)],
  [NUMERIC, (text) => text],
  [TIMESTAMPTZ, parseTimestamp],
]);

const driverParser = pg.types.getTypeParser as (oid: number, format?: string) => Parser;

/** For one pool, not for the whole process: the driver's global parsers stay as they are. */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ?? driverParser(oid, format),
};
