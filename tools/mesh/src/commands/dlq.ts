import type { Command } from 'commander';
import { type Bus, type DeadLetter, isDeadLetterQueue, queueOf } from '@tickmesh/bus';
import { TOPICS, type TopicName } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import { countOf, topicOf } from '../arguments.ts';
import { withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { headerTexts, textOrBase64 } from '../show-record.ts';

interface DlqOptions extends CommonOptions {
  readonly topic?: string;
  readonly max?: string;
  readonly group?: string;
  readonly force?: boolean;
  readonly error?: string;
}

/** `mesh dlq list|show|replay`: what could not be handled, and sending it back. */
export function register(program: Command, output: Output = terminal): void {
  const dlq = program.command('dlq').description('Dead letters: look at them, send them back');
  const common = (command: Command): Command =>
    command
      .option('--topic <topic>', 'of this topic or queue only')
      .option('--max <count>', 'the newest that many of each queue')
      .option('--json', 'one JSON text a line');
  common(dlq.command('list').description('Letters by queue, with their reasons')).action(
    (options: DlqOptions) =>
      run(options, output, () => withBus((bus) => list(bus, options, output))),
  );
  common(dlq.command('show').description('Letters whole: headers and bytes')).action(
    (options: DlqOptions) =>
      run(options, output, () => withBus((bus) => show(bus, options, output))),
  );
  common(dlq.command('replay').description('Send letters back to the group that failed, once'))
    .option('--group <group>', 'the group that is to apply them, instead of the one that failed')
    .option('--error <code>', 'only letters of this error')
    .option('--force', 'also letters that were sent back before')
    .action((options: DlqOptions) =>
      run(options, output, () => withBus((bus) => replay(bus, options, output))),
    );
}

async function list(bus: Bus, options: DlqOptions, output: Output): Promise<void> {
  const letters = await lettersOf(bus, options);
  if (options.json === true) {
    for (const letter of letters) output.line(json(summary(letter)));
    return;
  }
  if (letters.length === 0) return output.line('no dead letters');
  output.line(
    table(
      ['queue', 'offset', 'died', 'status', 'error', 'from', 'group'],
      letters.map(({ queue, partition, offset, diedAtMs, status, facts }) => [
        queue,
        `${partition}/${offset}`,
        new Date(diedAtMs).toISOString(),
        status,
        facts.error_type,
        `${facts.source_topic}/${facts.source_partition}/${facts.source_offset}`,
        facts.consumer_group,
      ]),
    ),
  );
}

async function show(bus: Bus, options: DlqOptions, output: Output): Promise<void> {
  for (const letter of await lettersOf(bus, options)) {
    const whole = {
      ...summary(letter),
      facts: letter.facts,
      key: letter.key === null ? null : textOrBase64(letter.key),
      headers: headerTexts(letter.headers),
      value_base64: letter.value?.toString('base64') ?? null,
    };
    output.line(options.json === true ? json(whole) : indented(whole));
  }
}

async function replay(bus: Bus, options: DlqOptions, output: Output): Promise<number> {
  if (options.topic === undefined) {
    throw new Fault('ARGUMENT_INVALID', {
      argument: '--topic',
      expected: 'the topic to send back to',
    });
  }
  let refused = 0;
  for (const queue of queuesOf(options)) {
    const max = options.max === undefined ? {} : { max: countOf('--max', options.max) };
    const report = await bus.deadLetters.replay({
      queue,
      ...max,
      select: (letter) => isWanted(letter, options),
      ...(options.group === undefined ? {} : { targetGroup: options.group }),
      force: options.force === true,
    });
    refused += report.refused.length;
    if (options.json === true) {
      for (const letter of report.replayed)
        output.line(json({ ...summary(letter), outcome: 'replayed' }));
      for (const letter of report.refused)
        output.line(json({ ...summary(letter), outcome: 'refused' }));
    } else {
      output.line(
        `${queue}: ${report.replayed.length} sent back, ${report.refused.length} refused`,
      );
      if (report.refused.length > 0)
        output.line('  refused: sent back before; --force sends them again');
    }
  }
  return refused === 0 ? 0 : 1;
}

async function lettersOf(bus: Bus, options: DlqOptions): Promise<readonly DeadLetter[]> {
  const max = options.max === undefined ? {} : { max: countOf('--max', options.max) };
  const found: DeadLetter[] = [];
  for (const queue of queuesOf(options)) {
    const select = (letter: DeadLetter): boolean => isWanted(letter, options);
    found.push(...(await bus.deadLetters.list({ queue, ...max, select })));
  }
  return found;
}

/** A queue serves several topics: a topic that was named keeps the others' letters out. */
function isWanted({ queue, facts }: DeadLetter, { topic, error }: DlqOptions): boolean {
  if (error !== undefined && facts.error_type !== error) return false;
  return topic === undefined || topic === queue || facts.source_topic.endsWith(topic);
}

function queuesOf({ topic }: DlqOptions): readonly TopicName[] {
  if (topic === undefined) return (Object.keys(TOPICS) as TopicName[]).filter(isDeadLetterQueue);
  const named = topicOf(topic);
  return [isDeadLetterQueue(named) ? named : queueOf(named)];
}

function summary({ queue, partition, offset, diedAtMs, status, facts }: DeadLetter) {
  return {
    queue,
    partition,
    offset,
    died_at: new Date(diedAtMs).toISOString(),
    status,
    error_type: facts.error_type,
    error_message: facts.error_message,
    source: `${facts.source_topic}/${facts.source_partition}/${facts.source_offset}`,
    consumer_group: facts.consumer_group,
    attempts: Number(facts.attempts),
  };
}

const indented = (value: unknown): string => JSON.stringify(JSON.parse(json(value)), null, 2);
