/** `mesh limits set|changes|approve`: what only lowers is in force at once, what raises anything waits for another person. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Fault } from '@tickmesh/kernel';
import { parse } from 'yaml';
import { countOf } from '../arguments.ts';
import { type Output, json, table } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface SetOptions extends CommonOptions {
  readonly reason: string;
  readonly base: string;
  readonly from?: string;
}

interface Change {
  readonly change_id: string | null;
  readonly state: string;
  readonly version: number | null;
  readonly raises: readonly string[];
  readonly requested_by: string;
  readonly reason: string;
  readonly requested_at: string | null;
  readonly approved_by: string | null;
  readonly approval_reason: string | null;
}

export function registerChanges(group: Command, output: Output): void {
  group
    .command('set')
    .description('Change the limits; what raises anything waits for another person')
    .argument('<file>', 'defaults, accounts, strategies, instruments, as in config/limits.yaml')
    .requiredOption('--base <version>', 'the version that was changed, as `mesh limits show` says')
    .requiredOption('--reason <text>', 'why')
    .option('--from <time>', 'in force from then on (RFC 3339); now if it is left out')
    .option('--json', 'one JSON text')
    .action((file: string, options: SetOptions) =>
      run(options, output, () => set(file, options, output)),
    );
  group
    .command('changes')
    .description('Versions, and changes that wait for a second person, newest first')
    .option('--max <count>', 'at most so many', '20')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions & { readonly max: string }) =>
      run(options, output, () => list(options, output)),
    );
  group
    .command('approve')
    .description('Let a change come into force, as another person than the one who asked')
    .argument('<change>', 'UUID of the change')
    .requiredOption('--reason <text>', 'why')
    .option('--json', 'one JSON text')
    .action((change: string, options: CommonOptions & { readonly reason: string }) =>
      run(options, output, () => approve(change, options, output)),
    );
}

async function set(file: string, options: SetOptions, output: Output): Promise<void> {
  const { change } = await askOrderPlane<{ change: Change }>('limits', {
    document: documentIn(file),
    reason: options.reason,
    base_version: countOf('--base', options.base),
    effective_from: options.from,
  });
  if (options.json === true) return output.line(json(change));
  if (change.version !== null) return output.line(`version ${change.version} is taken`);
  output.line(`it raises ${change.raises.join(', ')}, so another person must let it:`);
  output.line(`mesh limits approve ${change.change_id ?? ''} --reason TEXT`);
}

/** @throws Fault ARGUMENT_INVALID when the file cannot be read, or is no YAML */
function documentIn(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (thrown) {
    const rule = 'a readable YAML file';
    throw new Fault('ARGUMENT_INVALID', { name: 'file', rule, value: file }, thrown);
  }
}

async function list(
  options: CommonOptions & { readonly max: string },
  output: Output,
): Promise<void> {
  const most = countOf('--max', options.max);
  const { changes } = await askOrderPlane<{ changes: readonly Change[] }>(
    `limits/changes?limit=${most}`,
  );
  if (options.json === true) return output.line(json(changes));
  if (changes.length === 0) return output.line('no changes');
  output.line(
    table(
      ['state', 'version', 'asked', 'by', 'why', 'approved by', 'why', 'change'],
      changes.map((change) => [
        change.state,
        change.version ?? '',
        change.requested_at ?? '',
        change.requested_by,
        change.reason,
        change.approved_by ?? '',
        change.approval_reason ?? '',
        change.change_id ?? '',
      ]),
    ),
  );
}

async function approve(
  id: string,
  options: CommonOptions & { readonly reason: string },
  output: Output,
): Promise<void> {
  const path = `limits/changes/${encodeURIComponent(id)}/approve`;
  const { change } = await askOrderPlane<{ change: Change }>(path, { reason: options.reason });
  if (options.json === true) return output.line(json(change));
  const { version, requested_by: first, approved_by: second } = change;
  output.line(`version ${version ?? ''} is taken, by ${first} and ${second ?? ''}`);
}
