import { Fault } from '@tickmesh/kernel';
import type { Command } from 'commander';
import { runningMesh } from '../connect.ts';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { tellThreeTiers } from '../three-tiers.ts';

interface DemoOptions extends CommonOptions {
  readonly database?: string;
}

/** `mesh demo three-tiers`. */
export function register(program: Command, output: Output = terminal): void {
  const group = program.command('demo').description('What the mesh does, told step by step');
  group
    .command('three-tiers')
    .description('A transition: action in the transaction, hooks after it, durable workflow')
    .option('--database <url>', 'PostgreSQL to make a database in (default: of the running mesh)')
    .option('--json', 'one JSON text a line')
    .addHelpText(
      'after',
      `
It runs the store's own code in a database of its own, which is dropped at the end: nothing of yours is touched.

Examples:
  mesh demo three-tiers
  mesh demo three-tiers --database postgres://postgres@127.0.0.1:5432/postgres`,
    )
    .action((options: DemoOptions) => run(options, output, () => threeTiers(options, output)));
}

async function threeTiers(options: DemoOptions, output: Output): Promise<void> {
  let last = '';
  const tell = (part: string, says: string): void => {
    if (options.json === true) return output.line(json({ part, says }));
    if (part !== last) output.line(`${last === '' ? '' : '\n'}${part}`);
    last = part;
    output.line(`  ${says}`);
  };
  const url = databaseOf(options);
  await chatterApart(() => tellThreeTiers(url, tell));
}

/** The workflow engine's migrations talk on the console and cannot be told not to: standard output is for the story. */
async function chatterApart(work: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = (...words: unknown[]) => {
    console.error(...words);
  };
  try {
    await work();
  } finally {
    console.log = log;
  }
}

function databaseOf({ database }: DemoOptions): string {
  const url = database ?? process.env['DATABASE_URL'] ?? runningMesh()?.environment['DATABASE_URL'];
  if (url !== undefined && url !== '') return url;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--database',
    expected: 'a PostgreSQL where databases may be made, since no mesh runs from this clone',
    cure: 'start the mesh with `npm start`, or name one',
  });
}
