/**
 * Who speaks for an account at its broker: one holder, told apart by an epoch that rises with every change. Times are
 * the database's, so that no two clocks are compared.
 */
import type { Queryable } from '@tickmesh/database';
import type { HeldLease } from './dispatch.ts';
import { statement } from './statement.ts';

const ACQUIRE = statement(
  `insert into order_plane.leases as held (account, broker, holder, epoch, expires_at)
   values ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond')
   on conflict (account, broker) do update
   set holder = excluded.holder, epoch = held.epoch + 1, expires_at = excluded.expires_at
   where held.expires_at <= clock_timestamp()
   returning epoch`,
);
const RENEW = statement(
  `update order_plane.leases set expires_at = clock_timestamp() + $5 * interval '1 millisecond'
   where account = $1 and broker = $2 and holder = $3 and epoch = $4 and expires_at > clock_timestamp()
   returning epoch`,
);
const RELEASE = statement(
  `update order_plane.leases set expires_at = clock_timestamp()
   where account = $1 and broker = $2 and holder = $3 and epoch = $4`,
);

/** The lease under a new epoch; undefined while another holds it. */
export async function acquireLease(
  db: Queryable,
  wanted: Omit<HeldLease, 'epoch'>,
  durationMs: number,
): Promise<HeldLease | undefined> {
  const { account, broker, holder } = wanted;
  const [row] = await db.query<{ epoch: bigint }>(ACQUIRE, [account, broker, holder, durationMs]);
  return row === undefined ? undefined : { ...wanted, epoch: Number(row.epoch) };
}

/** False when it is another's, or has lapsed: then it must be acquired anew, under a higher epoch. */
export async function renewLease(
  db: Queryable,
  lease: HeldLease,
  durationMs: number,
): Promise<boolean> {
  const { account, broker, holder, epoch } = lease;
  const rows = await db.query(RENEW, [account, broker, holder, epoch, durationMs]);
  return rows.length === 1;
}

export async function releaseLease(db: Queryable, lease: HeldLease): Promise<void> {
  const { account, broker, holder, epoch } = lease;
  await db.query(RELEASE, [account, broker, holder, epoch]);
}
