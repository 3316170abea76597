/** `mesh log follow`: events as they come. */
import type { Command } from 'commander';
import { countOf } from '../arguments.ts';
import { eventBody, showEvent } from '../log-output.ts';
import { type Output, json } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { withStore } from '../store-connection.ts';

interface FollowOptions extends CommonOptions {
  readonly subscriber?: string;
  readonly fromBeginning?: boolean;
  readonly entity?: readonly string[];
  readonly max?: string;
}

export function registerFollow(group: Command, output: Output): void {
  group
    .command('follow')
    .description('Every event that you may see, in the order of the log, as it comes')
    .argument('[types...]', 'only of these types')
    .option('--entity <id...>', 'only of these entities')
    .option('--from-beginning', 'also what is there already')
    .option('--subscriber <name>', 'go on where the last run under this name ended')
    .option('--max <count>', 'end after so many')
    .option('--json', 'one JSON text a line')
    .action((types: readonly string[], options: FollowOptions) =>
      run(options, output, () => follow(types, options, output)),
    );
}

async function follow(
  entityTypes: readonly string[],
  options: FollowOptions,
  output: Output,
): Promise<void> {
  const { subscriber, fromBeginning, entity: entityIds } = options;
  const max = options.max === undefined ? Infinity : countOf('--max', options.max);
  const wish = { subscriber, fromBeginning, entityTypes, entityIds };
  await withStore(async (store) => {
    let told = 0;
    for await (const { event, cursor } of store.subscribe(wish)) {
      if (event === undefined) continue;
      output.line(options.json === true ? json(eventBody(event)) : `${showEvent(event)}\n`);
      if (subscriber !== undefined) await store.moveCheckpoint(subscriber, cursor);
      told += 1;
      if (told >= max) return;
    }
  });
}
