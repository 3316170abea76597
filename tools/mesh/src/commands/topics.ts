import type { Command } from 'commander';
import type { AclComparison, Bus, BrokerAcl } from '@tickmesh/bus';
import { INSTRUMENTS, TOPICS } from '@tickmesh/contracts';
import { withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

/** `mesh topics list|create|verify|acls`: the topics of contracts/topics.yaml on the broker, and the rights on them. */
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
    .description(
      'Make what is missing, grant rights, register schemas, publish the instrument master',
    )
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
  topics
    .command('acls')
    .description('Compare the rights on the broker with the file; exit 1 on any difference')
    .option('--apply', 'grant what is missing, and take away everything that is listed as too much')
    .option('--json', 'one JSON text')
    .action((options: AclOptions) =>
      run(options, output, () => withBus((bus) => compareAcls(bus, options, output))),
    );
}

interface AclOptions extends CommonOptions {
  readonly apply?: boolean;
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
  const granted = await grantMissing(bus);
  const created = await bus.topics.create();
  const schemas = await bus.registerSchemas();
  const instruments = await publishInstruments(bus);
  if (options.json === true) return output.line(json({ granted, created, schemas, instruments }));
  if (granted > 0) output.line(`${granted} rights were granted`);
  output.line(created.length === 0 ? 'all topics are there' : `created ${created.join(', ')}`);
  output.line(`${schemas.length} schemas are registered`);
  output.line(`${instruments} instruments were published`);
}

/** Takes nothing away: what is too much may be there for a reason, and is for a person to look at. */
async function grantMissing(bus: Bus): Promise<number> {
  const comparison = await bus.acls.compare();
  if (comparison === undefined) return 0;
  await bus.acls.apply(comparison, { keepExcess: true });
  return comparison.missing.length;
}

async function compareAcls(bus: Bus, options: AclOptions, output: Output): Promise<number> {
  const comparison = await bus.acls.compare();
  if (comparison === undefined) {
    output.line(
      options.json === true
        ? json({ checked: false, missing: [], excess: [] })
        : 'the broker checks no rights: everybody may do everything',
    );
    return options.apply === true ? 1 : 0;
  }
  const { missing, excess } = comparison;
  const isSame = missing.length + excess.length === 0;
  if (options.apply === true) await bus.acls.apply(comparison);
  if (options.json === true) {
    output.line(json({ checked: true, applied: options.apply === true, missing, excess }));
  } else if (isSame) output.line('every right is as declared');
  else output.line(aclTable(comparison, options.apply === true));
  return isSame || options.apply === true ? 0 : 1;
}

function aclTable({ missing, excess }: AclComparison, isApplied: boolean): string {
  const [granted, taken] = isApplied ? ['granted', 'taken away'] : ['missing', 'too much'];
  const row =
    (what: string) =>
    ({ principal, permission, operation, resource, name, pattern }: BrokerAcl): string[] => [
      what,
      principal,
      `${permission} ${operation}`,
      resource,
      pattern === 'prefixed' ? `${name}*` : name,
    ];
  return table(
    ['what', 'principal', 'right', 'on', 'named'],
    [...missing.map(row(granted)), ...excess.map(row(taken))],
  );
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
