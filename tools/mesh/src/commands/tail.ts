import type { Command } from 'commander';
import type { TailedRecord } from '@tickmesh/bus';
import type { TopicName } from '@tickmesh/contracts';
import { countOf, startOf, topicOf } from '../arguments.ts';
import { withBus } from '../connect.ts';
import { type Output, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { recordJson, valueJson } from '../show-record.ts';

interface TailCommand extends CommonOptions {
  readonly from: string;
  readonly max?: string;
  readonly partition?: string;
}

/** `mesh tail TOPIC`: what is on a topic, decoded, with headers. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('tail')
    .description('Show the messages of a topic as they come, decoded, with their headers')
    .argument('<topic>', 'a declared topic')
    .option('--from <start>', 'beginning, end or an offset', 'end')
    .option('--max <count>', 'end after so many')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  mesh tail exec_reports\n  mesh tail market_events --from beginning --max 10 --json',
    )
    .action((topic: string, options: TailCommand) =>
      run(options, output, () => tail(topicOf(topic), options, output)),
    );
}

async function tail(topic: TopicName, options: TailCommand, output: Output): Promise<void> {
  const max = options.max === undefined ? Infinity : countOf('--max', options.max);
  const ending = new AbortController();
  const stop = (): void => {
    ending.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await withBus(async (bus) => {
      const from = startOf(options.from);
      const records = bus.tail(topic, { from, max, follow: true, signal: ending.signal });
      for await (const record of records) {
        output.line(options.json === true ? recordJson(topic, record) : readable(topic, record));
      }
    });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function readable(topic: TopicName, tailed: TailedRecord): string {
  const { partition, offset, timestampMs } = tailed.record;
  const place = `${new Date(timestampMs).toISOString()} ${partition}/${offset}`;
  if (tailed.kind === 'unreadable') return `${place} cannot be read: ${tailed.fault.message}`;
  const { headers, value } = tailed.delivery;
  return `${place} ${headers.event_id}\n  ${valueJson(topic, value)}`;
}
