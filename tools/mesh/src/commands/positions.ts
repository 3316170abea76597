import type { Command } from 'commander';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface PositionsOptions extends CommonOptions {
  readonly account?: string;
  readonly strategy?: string;
  readonly mark: string;
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
  readonly mark_source: string | null;
  readonly marked_at: string | null;
}

interface Profit {
  readonly account: string;
  readonly currency: string;
  readonly realized: string;
  readonly unrealized: string | null;
  readonly fees: string;
  readonly net: string | null;
  readonly unpriceable: readonly string[];
}

/** `mesh positions`: what each account or strategy holds, at its mark, what it made and what it paid. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('positions')
    .description('Positions, profit and loss at a mark, and fees')
    .option('--account <account>', 'of this account only')
    .option('--strategy <id>', "this strategy's own part")
    .option('--mark <rule>', 'mid, side (a long at the bid, a short at the ask) or last', 'mid')
    .option('--json', 'one JSON text')
    .action((options: PositionsOptions) => run(options, output, () => show(options, output)));
}

async function show(options: PositionsOptions, output: Output): Promise<void> {
  const { account, strategy, mark } = options;
  const query = new URLSearchParams({ mark });
  if (account !== undefined) query.set('account', account);
  if (strategy !== undefined) query.set('strategy', strategy);
  const { positions } = await askOrderPlane<{ positions: readonly Position[] }>(
    `positions?${query.toString()}`,
  );
  const { rows } = await askOrderPlane<{ rows: readonly Profit[] }>(`pnl?${query.toString()}`);
  if (options.json === true) {
    return output.line(json({ mark_rule: mark, positions, profit_and_loss: rows }));
  }
  if (positions.length === 0) return output.line('no positions');
  output.line(positionTable(positions));
  output.line(`\n${profitTable(rows)}`);
  for (const { account: of, unpriceable } of rows) {
    for (const market of unpriceable) output.line(`${of}: ${market} has no mark`);
  }
}

const positionTable = (positions: readonly Position[]): string =>
  table(
    ['account', 'market', 'quantity', 'cost', 'mark', 'marked', 'unrealized', 'realized', ''],
    positions.map((held) => [
      held.account,
      `${held.exchange}:${held.symbol}`,
      held.quantity,
      held.average_cost ?? '',
      held.mark === null ? 'none' : `${held.mark} (${held.mark_source ?? ''})`,
      held.marked_at ?? '',
      held.unrealized ?? '',
      held.realized,
      held.currency ?? '',
    ]),
  );

const profitTable = (rows: readonly Profit[]): string =>
  table(
    ['account', 'currency', 'realized', 'unrealized', 'fees', 'net'],
    rows.map(({ account, currency, realized, unrealized, fees, net }) => [
      account,
      currency,
      realized,
      unrealized ?? 'unknown',
      fees,
      net ?? 'unknown',
    ]),
  );
