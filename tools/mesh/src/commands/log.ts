import type { Command } from 'commander';
import { type Output, terminal } from '../output.ts';
import { registerChanges } from './log-changes.ts';
import { registerCompare } from './log-compare.ts';
import { registerFollow } from './log-follow.ts';
import { registerQuestions } from './log-questions.ts';
import { registerShares } from './log-shares.ts';

/** `mesh log ...`: the store's log with its two times, as the person that the command speaks for. */
export function register(program: Command, output: Output = terminal): void {
  const group = program
    .command('log')
    .description('The log with two times: write, correct, read as of any time, share')
    .addHelpText(
      'after',
      `
Examples:
  mesh log write Trade symbol=AAPL quantity=100 price=228.5 side=BUY --as alice
  mesh log update ID price=229 --valid-from 2026-02-22T10:00:00Z     a correction
  mesh log as-of ID --tx-time @1 --valid-time 2026-02-22T12:00:00Z   what version 1 knew
  mesh log query Trade --where 'quantity >= 100 and side == "BUY"'
  mesh log transition ID FILLED
  mesh log share ID bob read
  mesh log follow Trade --from-beginning --json
  mesh log compare --account PAPER-1       the records against the order plane's books

A time is RFC 3339 with its zone. Whoever has no right to an entity is told that there is none.
The guide is docs/guides/store.md.`,
    );
  registerChanges(group, output);
  registerQuestions(group, output);
  registerShares(group, output);
  registerFollow(group, output);
  registerCompare(group, output);
}
