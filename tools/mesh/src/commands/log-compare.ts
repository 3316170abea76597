/** `mesh log compare`: whether the store's records say what the order plane's books say. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ComparedBooks,
  type SettledDifference,
  SettledDifferences,
  compareRecords,
} from '@tickmesh/domain-store';
import type { Command } from 'commander';
import { countOf } from '../arguments.ts';
import { booksOfOrders, booksOfRecords } from '../both-books.ts';
import { type Output, json, table } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { withStoreAndOrders } from '../store-connection.ts';

interface CompareOptions extends CommonOptions {
  readonly account?: string;
  readonly settle: string;
}

interface Compared {
  readonly book: ComparedBooks;
  readonly differences: readonly SettledDifference[];
}

/** Between two looks. */
const PAUSE_MS = 500;
/** Lines of the table; --json has all. */
const TOLD_MAX = 20;
/** What never stands still is told after so many times the time to settle. */
const SETTLE_TIMES_MAX = 3;

export function registerCompare(group: Command, output: Output): void {
  group
    .command('compare')
    .description(
      'Whether the records of orders, trades and positions say what the order plane says; exit 1 if they do not',
    )
    .option('--account <account>', 'of this account only')
    .option('--settle <seconds>', 'what differs counts once it stood unchanged so long', '10')
    .option('--json', 'one JSON text')
    .addHelpText(
      'after',
      `
The records follow the reports of the order plane, so they are behind it by a moment. What differs is looked at
again: it counts once both sides have said the same for --settle seconds and still differ. What goes on moving
that long without ever agreeing is told as "moving" after three times that. Records that are further behind
differ; mesh health says how far behind the store is.

The store shows the records to their owner and readers (config/records.yaml) alone: what it does not show to you
counts as missing.`,
    )
    .action((options: CompareOptions) => run(options, output, () => compare(options, output)));
}

async function compare(options: CompareOptions, output: Output): Promise<number> {
  const settleMs = countOf('--settle', options.settle) * 1_000;
  const { book, differences } = await settled(options.account, settleMs);
  const counts = {
    orders: book.orders.length,
    trades: book.trades.length,
    positions: book.positions.length,
  };
  const isEqual = differences.length === 0;
  if (options.json === true) output.line(json({ equal: isEqual, ...counts, differences }));
  else if (isEqual) {
    const { orders, trades, positions } = counts;
    output.line(`equal: ${orders} orders, ${trades} trades, ${positions} positions`);
  } else tell(differences, output);
  return isEqual ? 0 : 1;
}

/** Looks until nothing differs, or nothing that differs moves any more. */
function settled(account: string | undefined, settleMs: number): Promise<Compared> {
  return withStoreAndOrders(async (store, orders) => {
    const looks = new SettledDifferences(settleMs);
    const endsAtMs = Date.now() + SETTLE_TIMES_MAX * settleMs;
    for (;;) {
      const book = await booksOfOrders(orders, account);
      const records = await booksOfRecords(store, account);
      const lookedAtMs = Date.now();
      looks.look(compareRecords(book, records), lookedAtMs);
      if (looks.isSettled || lookedAtMs >= endsAtMs) {
        return { book, differences: looks.differences };
      }
      await sleep(PAUSE_MS);
    }
  });
}

function tell(differences: readonly SettledDifference[], output: Output): void {
  output.line(
    table(
      ['what', 'name', 'field', 'order plane', 'store', ''],
      differences.slice(0, TOLD_MAX).map(({ kind, name, field, book, record, settled }) => {
        const said = (side: string | null): string =>
          side === null ? 'none' : field === 'missing' ? 'has it' : side;
        return [kind, name, field, said(book), said(record), settled ? '' : 'moving'];
      }),
    ),
  );
  const left = differences.length - TOLD_MAX;
  if (left > 0) output.line(`... and ${left} more; --json has all of them, whole`);
  const isMissing = differences.some(({ field, record }) => field === 'missing' && record === null);
  if (isMissing) {
    output.line('\nThe store shows records to their owner and readers alone: config/records.yaml');
  }
}
