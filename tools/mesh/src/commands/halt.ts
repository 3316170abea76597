import { type Command, Option } from 'commander';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface SwitchOptions extends CommonOptions {
  readonly reason: string;
  readonly reducingOnly?: boolean;
}

interface Where {
  readonly level: string;
  readonly scope: string | undefined;
}

interface Change {
  readonly by: string;
  readonly reason: string;
}

/** `mesh halt` stops at once; `mesh rearm request` and `mesh rearm approve` are of two people. */
export function register(program: Command, output: Output = terminal): void {
  withScope(program.command('halt'))
    .description('Stop new orders and cancel the working ones; cancels still pass')
    .addOption(new Option('--reducing-only', 'let orders pass that reduce a position'))
    .action((level: string, scope: string | undefined, options: SwitchOptions) =>
      run(options, output, () => halt({ level, scope }, options, output)),
    );
  const group = program.command('rearm').description('Let orders pass again: two people');
  for (const step of ['request', 'approve'] as const) {
    withScope(group.command(step))
      .description(
        step === 'request'
          ? 'Ask for orders to pass again; another person approves it'
          : 'Let orders pass again, as another person than the one who asked',
      )
      .action((level: string, scope: string | undefined, options: SwitchOptions) =>
        run(options, output, () => rearm(step, { level, scope }, options, output)),
      );
  }
}

const withScope = (command: Command): Command =>
  command
    .argument('<level>', 'firm, account, instrument or strategy')
    .argument('[scope]', 'which one: PAPER-1, BINANCE:BTCUSDT, OFI_BTC; none for firm')
    .requiredOption('--reason <text>', 'why')
    .option('--json', 'one JSON text');

const shown = ({ level, scope }: Where): string =>
  level === 'firm' ? 'all trading' : `${level} ${scope ?? ''}`;

async function halt(where: Where, options: SwitchOptions, output: Output): Promise<void> {
  const { reason, reducingOnly } = options;
  const answer = await askOrderPlane<{ halted: Change; cancels_requested: number }>('halt', {
    ...where,
    reason,
    reducing_only: reducingOnly,
  });
  if (options.json === true) return output.line(json(answer));
  const { halted, cancels_requested: cancels } = answer;
  output.line(`${shown(where)} is halted, by ${halted.by}: ${halted.reason}`);
  output.line(`${cancels} working order${cancels === 1 ? '' : 's'} asked to be canceled`);
}

async function rearm(
  step: 'request' | 'approve',
  where: Where,
  options: SwitchOptions,
  output: Output,
): Promise<void> {
  const answer = await askOrderPlane<Readonly<Record<string, Change>>>('rearm', {
    ...where,
    reason: options.reason,
    step,
  });
  if (options.json === true) return output.line(json(answer));
  const { rearmed, requested } = answer;
  if (rearmed !== undefined) {
    return output.line(`${shown(where)} is re-armed, by ${rearmed.by}: ${rearmed.reason}`);
  }
  output.line(`${requested?.by ?? ''} asks for ${shown(where)} to be re-armed: ${options.reason}`);
  output.line('another person lets it: mesh rearm approve');
}
