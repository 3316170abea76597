/** The lease of every account from behind the curtain, and what waits while another instance holds it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tickmesh/database';

/** @param remaining an interval of PostgreSQL: how long the holder has it from now */
export async function giveLeases(
  database: Database,
  holder: string,
  remaining: string,
): Promise<void> {
  await database.query(
    `update order_plane.leases set holder = $1, epoch = epoch + 1, expires_at = clock_timestamp() + $2::interval`,
    [holder, remaining],
  );
}

export async function waitForStatus(
  database: Database,
  intentId: string,
  status: string,
): Promise<void> {
  for (;;) {
    const rows = await database.query(
      `select from order_plane.orders where intent_id = $1 and status = $2`,
      [intentId, status],
    );
    if (rows.length > 0) return;
    await sleep(10);
  }
}
