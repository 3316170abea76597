import type { Command } from 'commander';
import { INSTRUMENTS, InstrumentMaster, toJson } from '@tickmesh/contracts';
import { formatDecimal } from '@tickmesh/kernel';
import { type Output, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface ShowOptions extends CommonOptions {
  readonly exchange?: string;
}

/** `mesh instruments list|show`: the markets of the instrument master. It reads no service. */
export function register(program: Command, output: Output = terminal): void {
  const instruments = program.command('instruments').description('The markets that are known');
  instruments
    .command('list')
    .description('Every market with its steps')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) =>
      run(options, output, () => {
        if (options.json === true)
          output.line(`[${INSTRUMENTS.map((each) => toJson('Instrument', each)).join(',')}]`);
        else {
          const rows = INSTRUMENTS.map((each) => [
            each.symbol,
            each.exchange,
            each.name,
            formatDecimal(each.price_step),
            formatDecimal(each.quantity_step),
            each.quote_currency,
            each.status,
          ]);
          output.line(
            table(
              ['symbol', 'exchange', 'name', 'price step', 'quantity step', 'quote', 'status'],
              rows,
            ),
          );
        }
        return Promise.resolve();
      }),
    );
  instruments
    .command('show')
    .description('Everything known of a market')
    .argument('<symbol>')
    .option('--exchange <exchange>', 'where the symbol trades on several')
    .option('--json', 'one JSON text')
    .action((symbol: string, options: ShowOptions) =>
      run(options, output, () => {
        const found = new InstrumentMaster(INSTRUMENTS).resolve(symbol, options.exchange);
        const text = toJson('Instrument', found);
        output.line(options.json === true ? text : indented(text));
        return Promise.resolve();
      }),
    );
}

const indented = (text: string): string => JSON.stringify(JSON.parse(text), null, 2);
