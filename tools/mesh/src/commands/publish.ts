import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { EventHeaders } from '@tickmesh/bus';
import { TOPICS, type TopicName, type TopicPayload, fromJson } from '@tickmesh/contracts';
import { Fault, derivedUuid } from '@tickmesh/kernel';
import { topicOf } from '../arguments.ts';
import { withBus } from '../connect.ts';
import { type Output, json, terminal } from '../output.ts';
import { run } from '../run.ts';

interface PublishOptions {
  /** A file, `-` for standard input. */
  readonly json: string;
  readonly mode: string;
}

/** `mesh publish TOPIC --json FILE|-`: validates, encodes, publishes; refuses with field and rule. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('publish')
    .description('Validate a message, encode it and publish it')
    .argument('<topic>', 'a declared topic')
    .requiredOption(
      '--json <file>',
      'the message as JSON, or - for standard input; one a line for several',
    )
    .option('--mode <mode>', 'live, paper or replay', 'paper')
    .addHelpText(
      'after',
      `\nExample:\n  echo '{"event_type":"tick_event","symbol":"AAPL","exchange":"SIM","timestamp":"2026-01-05T14:30:00Z",\n    "bid":228.00,"ask":228.02,"bid_size":300,"ask_size":200}' | tr -d '\\n' | mesh publish market_events --json -`,
    )
    .action((topic: string, options: PublishOptions) =>
      run({ json: true }, output, () => publish(topicOf(topic), options, output)),
    );
}

async function publish(topic: TopicName, options: PublishOptions, output: Output): Promise<void> {
  const { schema } = TOPICS[topic];
  if (schema === 'any' || schema === 'json') {
    throw new Fault('ARGUMENT_INVALID', {
      argument: 'topic',
      expected: 'a topic with a schema',
      found: topic,
    });
  }
  const mode = modeOf(options.mode);
  const messages = (await texts(options.json)).map((text) => {
    // Fields the writer may leave out take the present as their receive time.
    const value = fromJson(schema, text, {
      receivedAtMicros: Date.now() * 1000,
    }) as TopicPayload[TopicName];
    return { topic, value, headers: headersOf(topic, text, mode) };
  });
  await withBus(async (bus) => {
    for (const message of messages) {
      const { partition, offset } = await bus.publisher.publish(message);
      output.line(json({ topic, partition, offset, event_id: message.headers.event_id }));
    }
  });
}

/** The same text at the same moment is the same message: a repeated command is a new one. */
function headersOf(topic: TopicName, text: string, mode: EventHeaders['mode']): EventHeaders {
  const runId = `mesh-publish-${Date.now()}`;
  return { event_id: `${runId}/${derivedUuid(topic, text)}`, run_id: runId, mode };
}

function modeOf(text: string): EventHeaders['mode'] {
  if (text === 'live' || text === 'paper' || text === 'replay') return text;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--mode',
    expected: 'live, paper or replay',
    found: text,
  });
}

/** One message, or one a line. */
async function texts(file: string): Promise<readonly string[]> {
  const whole = file === '-' ? await readAll(process.stdin) : read(file);
  const lines = whole.split('\n').filter((line) => line.trim() !== '');
  const isLines =
    lines.length > 1 &&
    lines.every((line) => line.trimStart().startsWith('{') && line.trimEnd().endsWith('}'));
  return isLines ? lines : [whole];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('NOT_FOUND', { file }, cause);
  }
}
