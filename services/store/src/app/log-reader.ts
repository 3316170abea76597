/** The log in the order of commits. */
import type { Database, Row } from '@tickmesh/database';
import type { EventType, Micros } from '@tickmesh/domain-store';
import { checkLimit } from './arguments.ts';
import type {
  LogEntry,
  LogPosition,
  LogReader,
  LogStretch,
  PlacedEvent,
  ReadOptions,
} from './ports.ts';
import { asked } from './refusals.ts';
import { type LogRow, placedEventOf } from './rows.ts';
import { statement } from './statement.ts';
import { formatRfc3339 } from '@tickmesh/kernel';

/**
 * Positions that one read looks at, for a caller who sees few of them: it bounds the work of a read, and the reader
 * goes on from where it ended.
 */
const POSITIONS_MAX = 10_000n;

const SPEAK_FOR = statement('select store.speak_for($1)');
const END = statement('select "position", tx_time from store.log_end()');
/** Positions are without gaps: `position <= $2` bounds the stretch, `tx_time >= $3` leaves out old parts. */
const SEEN = statement(
  `select position, tx_time, entity_id, version, valid_from, valid_to, entity_type, event_type, owner,
     changed_by, state, data
   from store.log
   where position > $1 and position <= $2 and tx_time >= $3
     and ($5::text[] is null or entity_type = any ($5))
     and ($6::uuid[] is null or entity_id = any ($6))
   order by position limit $4`,
);
const IDS = statement(
  `select "position", tx_time, entity_id, version, entity_type, event_type
   from store.log_ids($1, $2, $3)`,
);

interface EndRow extends Row {
  readonly position: bigint;
  readonly tx_time: Micros;
}

interface IdRow extends EndRow {
  readonly entity_id: string;
  readonly version: bigint;
  readonly entity_type: string;
  readonly event_type: EventType;
}

export class DatabaseLogReader implements LogReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async readFrom(after: LogPosition, options: ReadOptions): Promise<LogStretch<PlacedEvent>> {
    const { caller, entityTypes, entityIds } = options;
    const max = checkLimit(options.max);
    const end = await this.end();
    const last =
      end.position < after.position + POSITIONS_MAX ? end.position : after.position + POSITIONS_MAX;
    if (last <= after.position) return { events: [], end: after };
    const values: unknown[] = [after.position, last, formatRfc3339(after.txTime), max];
    values.push(entityTypes ?? null, entityIds ?? null);
    const rows = await asked(() =>
      this.#database.transaction(async (transaction) => {
        await transaction.query(SPEAK_FOR, [caller.name]);
        return transaction.query<LogRow>(SEEN, values);
      }),
    );
    const events = rows.map(placedEventOf);
    const newest = events.at(-1);
    if (newest !== undefined && events.length === max) {
      return { events, end: { position: newest.position, txTime: newest.txTime } };
    }
    // Any time at or before that of the next position will do: it only leaves out old parts.
    const txTime = last === end.position ? end.txTime : (newest?.txTime ?? after.txTime);
    return { events, end: { position: last, txTime } };
  }

  async readIds(after: LogPosition, max: number): Promise<LogStretch<LogEntry>> {
    const values = [after.position, formatRfc3339(after.txTime), checkLimit(max)];
    const rows = await asked(() => this.#database.query<IdRow>(IDS, values));
    const events = rows.map((row) => ({
      position: row.position,
      txTime: row.tx_time,
      entityId: row.entity_id,
      version: Number(row.version),
      entityType: row.entity_type,
      eventType: row.event_type,
    }));
    const newest = events.at(-1);
    return { events, end: newest ?? after };
  }

  async end(): Promise<LogPosition> {
    const [row] = await asked(() => this.#database.query<EndRow>(END));
    return { position: row?.position ?? 0n, txTime: row?.tx_time ?? 0 };
  }
}
