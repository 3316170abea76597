/**
 * The log to the topic store_events, in its order: that something changed, never what. Publish, then mark: a crash between
 * the two publishes again, under the same ids and source positions, and consumers drop it by those. One instance at
 * a time, by a lease whose times are the database's; one that lost it without noticing repeats, and marks nothing.
 */
import type { OutgoingMessage, Publisher } from '@tickmesh/bus';
import type { Database } from '@tickmesh/database';
import type { Micros } from '@tickmesh/domain-store';
import { Fault, formatRfc3339 } from '@tickmesh/kernel';
import type { Crash } from './crash.ts';
import type { LogEntry, LogPosition, LogReader } from './ports.ts';
import { statement } from './statement.ts';

export interface RelayParts {
  readonly database: Database;
  readonly reader: Pick<LogReader, 'readIds'>;
  readonly publisher: Pick<Publisher, 'publishAll'>;
  /** Of this process. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly crash: Crash;
  readonly probe: RelayProbe;
}

export interface RelayProbe {
  relayChanged?(change: 'acquired' | 'lost', epoch: number): void;
  eventsRelayed?(count: number, last: LogPosition): void;
}

interface Lease {
  readonly epoch: number;
  readonly logId: string;
  place: LogPosition;
}

const BATCH_MAX = 500;

const ACQUIRE = statement(
  `update store.relay set holder = $1, epoch = epoch + 1,
     expires_at = clock_timestamp() + $2 * interval '1 millisecond'
   where expires_at <= clock_timestamp()
   returning epoch, log_id, "position",
     case when isfinite(tx_time) then tx_time else to_timestamp(0) end as tx_time`,
);
const RENEW = statement(
  `update store.relay set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
   where holder = $1 and epoch = $2 and expires_at > clock_timestamp() returning epoch`,
);
const MARK = statement(
  `update store.relay set "position" = $3, tx_time = $4
   where holder = $1 and epoch = $2 and "position" < $3 returning epoch`,
);
const RELEASE = statement(
  `update store.relay set expires_at = clock_timestamp() where holder = $1 and epoch = $2`,
);

interface LeaseRow {
  readonly epoch: bigint;
  readonly log_id: string;
  readonly position: bigint;
  readonly tx_time: Micros;
  readonly [column: string]: unknown;
}

export class EventRelay {
  readonly #parts: RelayParts;
  #lease: Lease | undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  /**
   * Publishes one batch, if this instance may. Whether there may be more at once.
   * @throws Fault DATABASE_UNREACHABLE, BROKER_UNREACHABLE and their like: nothing was marked
   */
  async step(): Promise<boolean> {
    const { reader, publisher, crash, probe } = this.#parts;
    const lease = await this.#hold();
    if (lease === undefined) return false;
    const { events, end } = await reader.readIds(lease.place, BATCH_MAX);
    if (events.length === 0) return false;
    checkGap(lease.place, events);
    crash('relay.before_publish');
    await publisher.publishAll(events.map((entry) => messageOf(entry, lease.logId)));
    crash('relay.after_publish');
    await this.#mark(lease, end);
    crash('relay.after_mark');
    probe.eventsRelayed?.(events.length, end);
    return events.length === BATCH_MAX;
  }

  /** Lets another instance go on at once. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease !== undefined) {
      await this.#parts.database.query(RELEASE, [this.#parts.holder, lease.epoch]);
    }
  }

  async #hold(): Promise<Lease | undefined> {
    const { database, holder, leaseMs, probe } = this.#parts;
    const held = this.#lease;
    if (held !== undefined) {
      const renewed = await database.query(RENEW, [holder, held.epoch, leaseMs]);
      if (renewed.length > 0) return held;
      this.#lease = undefined;
      probe.relayChanged?.('lost', held.epoch);
    }
    const [row] = await database.query<LeaseRow>(ACQUIRE, [holder, leaseMs]);
    if (row === undefined) return undefined;
    const { position, tx_time: txTime, log_id: logId } = row;
    this.#lease = { epoch: Number(row.epoch), logId, place: { position, txTime } };
    probe.relayChanged?.('acquired', this.#lease.epoch);
    return this.#lease;
  }

  async #mark(lease: Lease, end: LogPosition): Promise<void> {
    const { database, holder } = this.#parts;
    const values = [holder, lease.epoch, end.position, formatRfc3339(end.txTime)];
    const marked = await database.query(MARK, values);
    if (marked.length === 0) {
      this.#lease = undefined;
      throw new Fault('LEASE_LOST', { holder, epoch: lease.epoch });
    }
    lease.place = end;
  }
}

/** Positions are without gaps; one that is missing was taken out of the log before it was told. */
function checkGap(after: LogPosition, events: readonly LogEntry[]): void {
  let expected = after.position;
  for (const { position } of events) {
    expected += 1n;
    if (position !== expected) throw new Fault('LOG_GAP', { expected, found: position });
  }
}

function messageOf(entry: LogEntry, logId: string): OutgoingMessage<'store_events'> {
  const { position } = entry;
  return {
    topic: 'store_events',
    value: {
      entity_id: entry.entityId,
      entity_type: entry.entityType,
      version: entry.version,
      event_type: entry.eventType,
      position: Number(position),
      tx_time: entry.txTime,
    },
    headers: {
      event_id: `${logId}/${position}#0`,
      run_id: logId,
      mode: 'live',
      source_position: `store-log/0/${position}/0`,
    },
  };
}
