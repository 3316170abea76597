import { userInfo } from 'node:os';
import type { Bus } from '@tickmesh/bus';
import type { Command } from 'commander';
import { INSTRUMENTS, type StrategyCheckpoint, type StrategyControl } from '@tickmesh/contracts';
import { type SavedRunner, type StrategyDefinition, readSaved } from '@tickmesh/domain-strategies';
import { Fault, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { loadStrategies } from '@tickmesh/strategy-plane/strategies';
import { withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface StrategiesCommand extends CommonOptions {
  readonly strategies: string;
}

interface ControlCommand extends StrategiesCommand {
  readonly reason: string;
  readonly author: string;
}

/** `mesh strategies list|pause|resume`. */
export function register(program: Command, output: Output = terminal): void {
  const group = program.command('strategies').description('The strategies that are configured');
  withFile(group.command('list'))
    .description('Each strategy: who runs it, whether it is paused, what it holds and last wanted')
    .action((options: StrategiesCommand) =>
      run(options, output, () => withBus((bus) => list(bus, options, output))),
    );
  for (const [name, state, says] of [
    ['pause', 'PAUSED', 'Send no more intents; state is kept, and orders that work go on working'],
    ['resume', 'RUNNING', 'Send intents again'],
  ] as const) {
    withFile(group.command(name))
      .description(says)
      .argument('<strategy>', 'id of the strategy')
      .requiredOption('--reason <text>', 'why')
      .option('--author <name>', 'who', userInfo().username)
      .action((id: string, options: ControlCommand) =>
        run(options, output, () => withBus((bus) => control(bus, id, state, { options, output }))),
      );
  }
}

const withFile = (command: Command): Command =>
  command
    .option('--strategies <file>', 'the strategies file', 'config/strategies.yaml')
    .option('--json', 'one JSON text');

interface StrategyLine {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly markets: readonly string[];
  /** Of the last checkpoint. */
  readonly member: string | null;
  readonly epoch: number | null;
  readonly seenUntil: string | null;
  readonly paused: Pick<StrategyControl, 'author' | 'reason'> | null;
  readonly positions: Readonly<Record<string, string>>;
  readonly lastIntent: SavedRunner['lastIntent'];
}

async function list(bus: Bus, options: StrategiesCommand, output: Output): Promise<void> {
  const definitions = loadStrategies(options.strategies, INSTRUMENTS);
  const checkpoints = await latestOf(bus, 'strategy_checkpoints');
  const controls = await latestOf(bus, 'strategy_control');
  const lines = definitions.map((definition) =>
    lineOf(definition, checkpoints.get(definition.id), controls.get(definition.id)),
  );
  if (options.json === true) output.line(json(lines));
  else output.line(tableOf(lines));
}

async function latestOf<T extends 'strategy_checkpoints' | 'strategy_control'>(bus: Bus, topic: T) {
  const latest = await bus.readCompacted(topic);
  return new Map([...latest.values()].map(({ value }) => [value.strategy_id, value]));
}

function lineOf(
  { id, kind, account, markets }: StrategyDefinition,
  checkpoint: StrategyCheckpoint | undefined,
  control: StrategyControl | undefined,
): StrategyLine {
  const saved = checkpoint === undefined ? undefined : readSaved(checkpoint.state);
  const { author, reason } = control ?? { author: '', reason: '' };
  return {
    id,
    kind,
    account,
    markets,
    member: checkpoint?.run_id.split('@')[1] ?? null,
    epoch: checkpoint?.epoch ?? null,
    seenUntil: checkpoint === undefined ? null : formatRfc3339(checkpoint.taken_at),
    paused: control?.state === 'PAUSED' ? { author, reason } : null,
    positions: Object.fromEntries(
      Object.entries(saved?.orders.positions ?? {}).map(([market, units]) => [
        market,
        formatDecimal(BigInt(units)),
      ]),
    ),
    lastIntent: saved?.lastIntent ?? null,
  };
}

function tableOf(lines: readonly StrategyLine[]): string {
  return table(
    ['strategy', 'kind', 'account', 'markets', 'state', 'member', 'position', 'last intent'],
    lines.map((line) => [
      line.id,
      line.kind,
      line.account,
      line.markets.join(' '),
      line.paused === null ? 'running' : `paused by ${line.paused.author}: ${line.paused.reason}`,
      line.member === null ? 'none yet' : `${line.member}, epoch ${String(line.epoch)}`,
      Object.entries(line.positions)
        .map(([market, quantity]) => `${market} ${quantity}`)
        .join(' '),
      intentText(line.lastIntent),
    ]),
  );
}

function intentText(intent: SavedRunner['lastIntent']): string {
  if (intent === null) return '';
  const { action, direction, quantity, market, atMicros } = intent;
  return `${action} ${direction} ${quantity} ${market} at ${formatRfc3339(atMicros)}`;
}

/** The record is the strategy's until the next one, across restarts. */
async function control(
  bus: Bus,
  id: string,
  state: 'PAUSED' | 'RUNNING',
  { options, output }: { readonly options: ControlCommand; readonly output: Output },
): Promise<void> {
  const known = loadStrategies(options.strategies, INSTRUMENTS).map((definition) => definition.id);
  if (!known.includes(id)) {
    throw new Fault('NOT_FOUND', { strategy: id, configured: known.join(' ') });
  }
  const { author, reason } = options;
  const requestedAtMicros = Date.now() * 1000;
  const value = { strategy_id: id, state, author, reason, requested_at: requestedAtMicros };
  await bus.publisher.publish({
    topic: 'strategy_control',
    value,
    headers: { event_id: `${id}/control/${requestedAtMicros}`, run_id: 'people', mode: 'live' },
  });
  if (options.json === true) output.line(json(value));
  else
    output.line(
      `${id} is ${state === 'PAUSED' ? 'paused' : 'running'} from now on, by ${author}: ${reason}`,
    );
}
