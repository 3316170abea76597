import type { Command } from 'commander';
import type { Bus } from '@tickmesh/bus';
import { INSTRUMENTS, TOPICS } from '@tickmesh/contracts';
import { withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

/** `mesh topics list|create|verify`: the topics of contracts/topics.yaml on the broker. */
export function register(program: Command, output: Output = terminal): void {
  const topics = program.command('topics').description('The topics of the mesh on the broker');
  topics
    .command('list')
    .description('Every declared topic, and whether it is there')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) =>
      run(options, output, () => withBus((bus) => list(bus, options, output))),
    );
  topics
    .command('create')
    .description('Make what is missing, register the schemas, publish the instrument master')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) =>
      run(options, output, () => withBus((bus) => create(bus, options, output))),
    );
  topics
    .command('verify')
    .description('Compare the broker with the declarations; exit 1 on any difference')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) =>
      run(options, output, () => withBus((bus) => verify(bus, options, output))),
    );
}

async function list(bus: Bus, options: CommonOptions, output: Output): Promise<void> {
  const rows = (await bus.topics.list()).map(({ topic, isThere }) => {
    const { schema, partitions, cleanup, retentionMs, dlq } = TOPICS[topic];
    const retention = retentionMs === null ? cleanup : `${retentionMs / 3_600_000} h`;
    return { topic, isThere, schema, partitions, retention, dlq: dlq ?? '' };
  });
  if (options.json === true) return output.line(json(rows));
  output.line(
    table(
      ['topic', 'there', 'schema', 'partitions', 'retention', 'dead letters'],
      rows.map((row) => [
        row.topic,
        row.isThere ? 'yes' : 'no',
        row.schema,
        row.partitions,
        row.retention,
        row.dlq,
      ]),
    ),
  );
}

async function create(bus: Bus, options: CommonOptions, output: Output): Promise<void> {
  const created = await bus.topics.create();
  const schemas = await bus.registerSchemas();
  const instruments = await publishInstruments(bus);
  if (options.json === true) return output.line(json({ created, schemas, instruments }));
  output.line(created.length === 0 ? 'all topics are there' : `created ${created.join(', ')}`);
  output.line(`${schemas.length} schemas are registered`);
  output.line(`${instruments} instruments were published`);
}

/** The master is compacted: publishing it again changes nothing but the offsets. */
async function publishInstruments(bus: Bus): Promise<number> {
  const known = await bus.readCompacted('instruments');
  const isKnown = new Set([...known.values()].map(({ headers }) => headers.event_id));
  const missing = INSTRUMENTS.map((value) => ({
    topic: 'instruments' as const,
    value,
    headers: {
      event_id: `instruments/${value.exchange}/${value.symbol}/${value.valid_from}`,
      run_id: 'instruments',
      mode: 'live' as const,
    },
  })).filter(({ headers }) => !isKnown.has(headers.event_id));
  await bus.publisher.publishAll(missing);
  return missing.length;
}

async function verify(bus: Bus, options: CommonOptions, output: Output): Promise<number> {
  const differences = await bus.topics.verify();
  if (options.json === true) output.line(json(differences));
  else if (differences.length === 0) output.line('every topic is as declared');
  else {
    const rows = differences.map(({ topic, field, declared, found }) => [
      topic,
      field,
      declared,
      found,
    ]);
    output.line(table(['topic', 'what', 'declared', 'found'], rows));
  }
  return differences.length === 0 ? 0 : 1;
}
