/**
 * The outbox to the topic: publish, then mark. A crash between the two publishes again, under the same report id and
 * event id. One relay an account, by its lease, so that reports keep their order.
 */
import type { OutgoingMessage, Publisher } from '@tickmesh/bus';
import type { Database } from '@tickmesh/database';
import type { Crash, OrderProbe } from './ports.ts';
import { reportFromJson } from './record-json.ts';
import { statement } from './statement.ts';

const BATCH_MAX = 500;

const READ = statement(
  `select id, report, headers from order_plane.outbox
   where account = $1 and published_at is null order by id limit $2`,
);
const MARK = statement(
  `update order_plane.outbox set published_at = clock_timestamp() where id = any($1::bigint[])`,
);

export interface RelayParts {
  readonly database: Database;
  readonly publisher: Pick<Publisher, 'publishAll'>;
  readonly crash: Crash;
  readonly probe: OrderProbe;
}

/** Publishes one batch. Returns whether there may be more. */
export async function relayReports(parts: RelayParts, account: string): Promise<boolean> {
  const rows = await parts.database.query<{
    id: bigint;
    report: unknown;
    headers: OutgoingMessage['headers'];
  }>(READ, [account, BATCH_MAX]);
  if (rows.length === 0) return false;
  parts.crash('relay.before_publish');
  const messages = rows.map(({ report, headers }) => ({
    topic: 'exec_reports' as const,
    value: reportFromJson(report),
    headers,
  }));
  await parts.publisher.publishAll(messages);
  parts.crash('relay.after_publish');
  await parts.database.query(MARK, [rows.map(({ id }) => id)]);
  parts.crash('relay.after_mark');
  for (const { value, headers } of messages) parts.probe.reportPublished?.(value, headers.mode);
  return rows.length === BATCH_MAX;
}
