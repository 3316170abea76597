import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface SwitchOptions extends CommonOptions {
  readonly reason: string;
  readonly author: string;
  readonly reducingOnly?: boolean;
}

/** `mesh halt` and `mesh rearm`: the kill switches, thrown at once, re-armed by name and reason. */
export function register(program: Command, output: Output = terminal): void {
  withScope(program.command('halt'))
    .description('Stop new orders and cancel the working ones; cancels still pass')
    .addOption(new Option('--reducing-only', 'let orders pass that reduce a position'))
    .action((level: string, scope: string | undefined, options: SwitchOptions) =>
      run(options, output, () => change('halt', { level, scope }, options, output)),
    );
  withScope(program.command('rearm'))
    .description('Let orders pass again')
    .action((level: string, scope: string | undefined, options: SwitchOptions) =>
      run(options, output, () => change('rearm', { level, scope }, options, output)),
    );
}

const withScope = (command: Command): Command =>
  command
    .argument('<level>', 'firm, account, instrument or strategy')
    .argument('[scope]', 'which one: PAPER-1, BINANCE|BTCUSDT, OFI_BTC; none for firm')
    .requiredOption('--reason <text>', 'why')
    .option('--author <name>', 'who', userInfo().username)
    .option('--json', 'one JSON text');

async function change(
  action: 'halt' | 'rearm',
  { level, scope }: { readonly level: string; readonly scope: string | undefined },
  options: SwitchOptions,
  output: Output,
): Promise<void> {
  const { author, reason, reducingOnly } = options;
  const answer = await askOrderPlane(action, {
    level,
    scope,
    by: author,
    reason,
    reducing_only: reducingOnly,
  });
  if (options.json === true) return output.line(json(answer));
  const what = level === 'firm' ? 'all trading' : `${level} ${scope ?? ''}`;
  const said = action === 'halt' ? 'halted' : 're-armed';
  output.line(`${what} is ${said}, by ${author}: ${reason}`);
}
