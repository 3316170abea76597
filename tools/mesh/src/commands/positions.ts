import type { Command } from 'commander';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface PositionsOptions extends CommonOptions {
  readonly account?: string;
}

interface Position {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly average_cost: string | null;
  readonly realized: string;
  readonly unrealized: string | null;
  readonly currency: string | null;
  readonly mark: string | null;
  readonly marked_at: string | null;
}

interface Holdings {
  readonly positions: readonly Position[];
  readonly fees: readonly {
    readonly account: string;
    readonly currency: string;
    readonly amount: string;
  }[];
}

/** `mesh positions`: what each account holds, at the mid, and what it has paid. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('positions')
    .description('Positions with profit and loss, marked at the mid, and fees')
    .option('--account <account>', 'of this account only')
    .option('--json', 'one JSON text')
    .action((options: PositionsOptions) => run(options, output, () => show(options, output)));
}

async function show(options: PositionsOptions, output: Output): Promise<void> {
  const { account } = options;
  const query = account === undefined ? '' : `?account=${encodeURIComponent(account)}`;
  const holdings = await askOrderPlane<Holdings>(`positions${query}`);
  if (options.json === true) return output.line(json(holdings));
  if (holdings.positions.length === 0) return output.line('no positions');
  output.line(
    table(
      ['account', 'market', 'quantity', 'cost', 'mark', 'marked', 'unrealized', 'realized', ''],
      holdings.positions.map((held) => [
        held.account,
        `${held.exchange}:${held.symbol}`,
        held.quantity,
        held.average_cost ?? '',
        held.mark ?? 'none',
        held.marked_at ?? '',
        held.unrealized ?? '',
        held.realized,
        held.currency ?? '',
      ]),
    ),
  );
  if (holdings.fees.length === 0) return;
  output.line('');
  output.line(
    table(
      ['account', 'fees', ''],
      holdings.fees.map((fee) => [fee.account, fee.amount, fee.currency]),
    ),
  );
}
