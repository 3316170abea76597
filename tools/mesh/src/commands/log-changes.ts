/** `mesh log write|update|transition|delete`. */
import type { PlainStore, SeenVersion, StoredEvent } from '@tickmesh/client';
import { Fault } from '@tickmesh/kernel';
import type { Command } from 'commander';
import { countOf } from '../arguments.ts';
import { type ValidOptions, latestOf, timeOf, validTimesOf, valuesOf } from '../log-arguments.ts';
import { eventBody, showEvent } from '../log-output.ts';
import { type Output, json } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { withStore } from '../store-connection.ts';

interface WriteOptions extends CommonOptions, ValidOptions {
  readonly key?: string;
  readonly idOnly?: boolean;
}

interface ChangeOptions extends CommonOptions, ValidOptions {
  readonly seen?: string;
}

interface TransitionOptions extends ChangeOptions {
  readonly key?: string;
}

export function registerChanges(group: Command, output: Output): void {
  withValid(group.command('write'))
    .description('Make an entity; you own it')
    .argument('<type>', 'type of the entity, as Trade')
    .argument('<values...>', 'FIELD=VALUE ..., one JSON object, or @FILE with one')
    .option('--key <name>', 'your own name for it: the same again is refused, never made twice')
    .option('--id-only', 'print its id alone, for a shell to take')
    .option('--json', 'one JSON text')
    .action((type: string, words: readonly string[], options: WriteOptions) =>
      run(options, output, () => write(type, words, options, output)),
    );
  withSeen(withValid(group.command('update')))
    .description('Write the next version; with --valid-from in the past it is a correction')
    .argument('<entity>', 'UUID of the entity')
    .argument('<values...>', 'what changes; other values stay')
    .action((entityId: string, words: readonly string[], options: ChangeOptions) =>
      run(options, output, () => update(entityId, words, options, output)),
    );
  withSeen(withValid(group.command('transition')))
    .description('Move an entity along its state machine')
    .argument('<entity>', 'UUID of the entity')
    .argument('<state>', 'where to')
    .argument('[values...]', 'what changes with it')
    .option('--key <name>', 'your own name for it, with --seen: the same again changes nothing')
    .action(
      (entityId: string, toState: string, words: readonly string[], options: TransitionOptions) =>
        run(options, output, () => transition(entityId, toState, { words, options, output })),
    );
  withSeen(group.command('delete'))
    .description('End an entity with a tombstone; what was recorded stays')
    .argument('<entity>', 'UUID of the entity')
    .option('--valid-from <time>', 'gone from then on; now if it is left out')
    .action((entityId: string, options: ChangeOptions) =>
      run(options, output, () => end(entityId, options, output)),
    );
}

const withValid = (command: Command): Command =>
  command
    .option('--valid-from <time>', 'holds from then on; from now on if it is left out')
    .option('--valid-to <time>', 'holds until then; without end if it is left out');

const withSeen = (command: Command): Command =>
  command
    .option('--seen <version>', 'refuse when it is not at this version any more')
    .option('--json', 'one JSON text');

async function write(
  entityType: string,
  words: readonly string[],
  options: WriteOptions,
  output: Output,
): Promise<void> {
  const { key } = options;
  const wanted = { entityType, data: valuesOf(words), key, ...validTimesOf(options) };
  const event = await withStore((store) => store.write(wanted));
  if (options.idOnly === true) output.line(event.entityId);
  else tell(event, options, output);
}

async function update(
  entityId: string,
  words: readonly string[],
  options: ChangeOptions,
  output: Output,
): Promise<void> {
  const valid = validTimesOf(options);
  const values = valuesOf(words);
  const event = await withStore(async (store) => {
    const { seen, latest } = await seenOf(store, entityId, options);
    return store.update({ seen, data: { ...latest.data, ...values }, ...valid });
  });
  tell(event, options, output);
}

async function transition(
  entityId: string,
  toState: string,
  asked: {
    readonly words: readonly string[];
    readonly options: TransitionOptions;
    readonly output: Output;
  },
): Promise<void> {
  const { words, options, output } = asked;
  const { key } = options;
  const valid = validTimesOf(options);
  const values = words.length === 0 ? undefined : valuesOf(words);
  const { event, workflowId } = await withStore(async (store) => {
    const { seen, data: before } = await (key === undefined
      ? latestSeen(store, entityId, options)
      : namedVersion(store, entityId, options));
    const data = values === undefined ? undefined : { ...before, ...values };
    return store.transition({ seen, toState, data, key, ...valid });
  });
  if (options.json === true) {
    return output.line(json({ event: eventBody(event), workflow_id: workflowId }));
  }
  tell(event, options, output);
  if (workflowId !== null) output.line(`starts workflow ${workflowId}`);
}

async function end(entityId: string, options: ChangeOptions, output: Output): Promise<void> {
  const validFrom = timeOf('--valid-from', options.validFrom);
  const event = await withStore(async (store) => {
    const { seen } = await seenOf(store, entityId, options);
    return store.delete({ seen, validFrom });
  });
  tell(event, options, output);
}

/** The version that the change stands on: what the person says to have seen, or what is there now. */
async function seenOf(
  store: PlainStore,
  entityId: string,
  { seen }: ChangeOptions,
): Promise<{ readonly seen: SeenVersion; readonly latest: StoredEvent }> {
  const said = seen === undefined ? undefined : countOf('--seen', seen);
  const latest = await latestOf(store, entityId);
  return { seen: { entityId, version: said ?? latest.version }, latest };
}

async function latestSeen(store: PlainStore, entityId: string, options: ChangeOptions) {
  const { seen, latest } = await seenOf(store, entityId, options);
  return { seen, data: latest.data };
}

/** What is asked for again must be the same, so it stands on a version that is named, whatever is the latest by now. */
async function namedVersion(store: PlainStore, entityId: string, { seen }: ChangeOptions) {
  if (seen === undefined) {
    throw new Fault('ARGUMENT_INVALID', { argument: '--key', expected: 'together with --seen' });
  }
  const version = countOf('--seen', seen);
  const page = await store.history(entityId, { afterVersion: version - 1, pageSize: 1 });
  const [event] = page.items;
  if (event === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId, version });
  return { seen: { entityId, version }, data: event.data };
}

function tell(event: StoredEvent, options: CommonOptions, output: Output): void {
  output.line(options.json === true ? json(eventBody(event)) : showEvent(event));
}
