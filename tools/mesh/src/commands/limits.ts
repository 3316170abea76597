import type { Command } from 'commander';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';
import { registerChanges } from './limits-changes.ts';

type Values = Readonly<Record<string, string | number>>;

interface Limits {
  readonly limits: {
    readonly version: number;
    readonly effective_from: string;
    readonly changed_by: string;
    readonly reason: string;
    readonly defaults: Values;
    readonly accounts: Readonly<Record<string, { readonly limits: Values }>>;
    readonly strategies: Readonly<
      Record<string, { readonly account: string; readonly limits: Values }>
    >;
    readonly instruments: Readonly<Record<string, Values>>;
  } | null;
  readonly halted: readonly {
    readonly level: string;
    readonly scope: string;
    readonly thrown_by: string;
    readonly reason: string;
    readonly reducing_only: boolean;
    readonly thrown_at: string;
  }[];
}

/** `mesh limits show`: the version in force, and what is halted; and how it is changed. */
export function register(program: Command, output: Output = terminal): void {
  const group = program.command('limits').description('Limits of trading');
  registerChanges(group, output);
  group
    .command('show')
    .description('The version in force, scope by scope, and what is halted')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) => run(options, output, () => show(options, output)));
}

async function show(options: CommonOptions, output: Output): Promise<void> {
  const answer = await askOrderPlane<Limits>('limits');
  if (options.json === true) return output.line(json(answer));
  const { limits, halted } = answer;
  if (limits === null) output.line('no limits are in force: every order is denied');
  else {
    const { version, effective_from: from, changed_by: by, reason } = limits;
    output.line(`version ${version}, in force since ${from}, by ${by}: ${reason}`);
    output.line(table(['scope', 'limit', 'allowed'], rowsOf(limits)));
  }
  output.line('');
  if (halted.length === 0) return output.line('nothing is halted');
  output.line(
    table(
      ['halted', 'what', 'since', 'by', 'reason'],
      halted.map((held) => [
        held.level === 'firm' ? 'firm' : `${held.level} ${held.scope}`,
        held.reducing_only ? 'may only be reduced' : 'no new orders',
        held.thrown_at,
        held.thrown_by,
        held.reason,
      ]),
    ),
  );
}

function rowsOf(limits: NonNullable<Limits['limits']>): (string | number)[][] {
  const rows = (scope: string, values: Values): (string | number)[][] =>
    Object.entries(values).map(([name, allowed]) => [scope, name, allowed]);
  return [
    ...rows('all', limits.defaults),
    ...Object.entries(limits.accounts).flatMap(([id, held]) => rows(`account ${id}`, held.limits)),
    ...Object.entries(limits.strategies).flatMap(([id, { account, limits: values }]) => [
      [`strategy ${id}`, 'trades for', account],
      ...rows(`strategy ${id}`, values),
    ]),
    ...Object.entries(limits.instruments).flatMap(([id, values]) => rows(id, values)),
  ];
}
