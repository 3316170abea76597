/** `mesh log share|unshare|shares`. */
import type { Share } from '@tickmesh/client';
import { Fault } from '@tickmesh/kernel';
import type { Command } from 'commander';
import { type Output, json } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { withStore } from '../store-connection.ts';

export function registerShares(group: Command, output: Output): void {
  withShare(group.command('share'))
    .description('Let somebody read or write an entity, every version of it')
    .action((...[entityId, grantee, right, options]: ShareArguments) =>
      run(options, output, async () => {
        const share = { grantee, right: rightOf(right) };
        const changed = await withStore((store) => store.share(entityId, share));
        const said = changed ? `${grantee} may ${right} it` : `${grantee} could ${right} it before`;
        output.line(options.json === true ? json({ changed }) : said);
      }),
    );
  withShare(group.command('unshare'))
    .description('Take a right back')
    .action((...[entityId, grantee, right, options]: ShareArguments) =>
      run(options, output, async () => {
        const share = { grantee, right: rightOf(right) };
        const changed = await withStore((store) => store.unshare(entityId, share));
        const said = changed
          ? `${grantee} has no right to ${right} it any more`
          : `${grantee} had no right to ${right} it`;
        output.line(options.json === true ? json({ changed }) : said);
      }),
    );
  group
    .command('shares')
    .description('Who may see and change an entity')
    .argument('<entity>', 'UUID of the entity')
    .option('--json', 'one JSON text')
    .action((entityId: string, options: CommonOptions) =>
      run(options, output, async () => {
        const shares = await withStore((store) => store.shares(entityId));
        if (options.json === true) return output.line(json(shares));
        output.line(`owner    ${shares.owner}`);
        output.line(`readers  ${shares.readers.join(', ')}`.trimEnd());
        output.line(`writers  ${shares.writers.join(', ')}`.trimEnd());
      }),
    );
}

type ShareArguments = [entityId: string, grantee: string, right: string, options: CommonOptions];

const withShare = (command: Command): Command =>
  command
    .argument('<entity>', 'UUID of the entity')
    .argument('<name>', 'the person or program, as sign-in names it')
    .argument('<right>', 'read or write')
    .option('--json', 'one JSON text');

function rightOf(text: string): Share['right'] {
  if (text === 'read' || text === 'write') return text;
  throw new Fault('ARGUMENT_INVALID', {
    argument: 'right',
    expected: 'read or write',
    found: text,
  });
}
