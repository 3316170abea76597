/** `mesh log read|history|as-of|query|count|types|audit`. */
import type { PlainStore, StoredEvent } from '@tickmesh/client';
import { Fault } from '@tickmesh/kernel';
import type { Command } from 'commander';
import { countOf } from '../arguments.ts';
import { type TimeOptions, latestOf, timesOf } from '../log-arguments.ts';
import {
  auditBody,
  eventBody,
  showAudit,
  showEvent,
  showFound,
  showVersions,
} from '../log-output.ts';
import { type Output, json, table } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { withStore } from '../store-connection.ts';

interface PageOptions extends CommonOptions {
  readonly after?: string;
  readonly max: string;
}

interface AsOfOptions extends CommonOptions, TimeOptions {
  readonly deleted?: boolean;
}

interface SelectOptions extends CommonOptions, TimeOptions {
  readonly where?: string;
  readonly state: readonly string[];
}

const PAGE_MAX = 1_000;

export function registerQuestions(group: Command, output: Output): void {
  withEntity(group.command('read'))
    .description('The latest version')
    .action((entityId: string, options: CommonOptions) =>
      run(options, output, () => read(entityId, options, output)),
    );
  withPage(withEntity(group.command('history')))
    .description('Every version, tombstones included')
    .action((entityId: string, options: PageOptions) =>
      run(options, output, () => history(entityId, options, output)),
    );
  withTimes(withEntity(group.command('as-of')))
    .description('What was known at one time of how it was at another')
    .option('--deleted', 'a tombstone is an answer too')
    .action((entityId: string, options: AsOfOptions) =>
      run(options, output, () => asOf(entityId, options, output)),
    );
  withSelection(group.command('query').argument('<type>', 'type of the entities'))
    .description('Entities of a type, newest first')
    .option('--max <count>', 'at most so many', '100')
    .action((type: string, options: SelectOptions & { readonly max: string }) =>
      run(options, output, () => query(type, options, output)),
    );
  withSelection(group.command('count').argument('[type]', 'type of the entities; all if left out'))
    .description('How many there are')
    .action((type: string | undefined, options: SelectOptions) =>
      run(options, output, () => count(type, options, output)),
    );
  group
    .command('types')
    .description('Types of what you may see, with their numbers')
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) => run(options, output, () => types(options, output)));
  withPage(withEntity(group.command('audit')))
    .description('Who did what, without the values')
    .action((entityId: string, options: PageOptions) =>
      run(options, output, () => audit(entityId, options, output)),
    );
}

const withEntity = (command: Command): Command =>
  command.argument('<entity>', 'UUID of the entity').option('--json', 'one JSON text');

const withPage = (command: Command): Command =>
  command
    .option('--after <version>', 'only versions above it')
    .option('--max <count>', 'at most so many', '100');

const withTimes = (command: Command): Command =>
  command
    .option('--tx-time <time>', 'what was known by then; @VERSION: when that one was recorded')
    .option('--valid-time <time>', 'how it was then');

const withSelection = (command: Command): Command =>
  withTimes(command)
    .option('--where <expression>', 'a condition on the fields, as: quantity > 100')
    .option('--state <state...>', 'only in one of these states', [])
    .option('--json', 'one JSON text');

async function read(entityId: string, options: CommonOptions, output: Output): Promise<void> {
  tell(await withStore((store) => latestOf(store, entityId)), options, output);
}

async function history(entityId: string, options: PageOptions, output: Output): Promise<void> {
  const page = await withStore((store) => store.history(entityId, pageOf(options)));
  const { items, hasMore } = page;
  if (options.json === true) {
    return output.line(json({ events: items.map(eventBody), has_more: hasMore }));
  }
  if (items.length === 0) return output.line('no versions');
  output.line(showVersions(items));
  if (hasMore) output.line(`more: --after ${items.at(-1)?.version ?? 0}`);
}

async function asOf(entityId: string, options: AsOfOptions, output: Output): Promise<void> {
  const event = await withStore(async (store) => {
    const times = await timesOf(store, options, entityId);
    return store.asOf(entityId, { ...times, includeDeleted: options.deleted });
  });
  if (event === undefined) {
    throw new Fault('NOT_FOUND', { entity_id: entityId, reason: 'nothing was known of it then' });
  }
  tell(event, options, output);
}

async function query(
  type: string,
  options: SelectOptions & { readonly max: string },
  output: Output,
): Promise<void> {
  const max = countOf('--max', options.max);
  const found = await withStore(async (store) => {
    const selection = await selectionOf(store, options);
    const events: StoredEvent[] = [];
    let pageToken: string | undefined;
    do {
      const pageSize = Math.min(PAGE_MAX, max - events.length);
      const page = await store.query(type, { ...selection, pageSize, pageToken });
      events.push(...page.events);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && events.length < max);
    return { events, hasMore: pageToken !== undefined };
  });
  const { events, hasMore } = found;
  if (options.json === true) {
    return output.line(json({ events: events.map(eventBody), has_more: hasMore }));
  }
  if (events.length === 0) return output.line(`no ${type} that you may see`);
  output.line(showFound(events));
  if (hasMore) output.line('there are more: --max');
}

async function count(
  type: string | undefined,
  options: SelectOptions,
  output: Output,
): Promise<void> {
  const number = await withStore(async (store) =>
    store.count(type, await selectionOf(store, options)),
  );
  output.line(options.json === true ? json({ count: number }) : String(number));
}

async function types(options: CommonOptions, output: Output): Promise<void> {
  const found = await withStore((store) => store.types());
  if (options.json === true) {
    const counts = found.map((each) => ({ entity_type: each.entityType, count: each.count }));
    return output.line(json({ types: counts }));
  }
  if (found.length === 0) return output.line('nothing that you may see');
  output.line(
    table(
      ['type', 'entities'],
      found.map(({ entityType, count: number }) => [entityType, String(number)]),
    ),
  );
}

async function audit(entityId: string, options: PageOptions, output: Output): Promise<void> {
  const { items, hasMore } = await withStore((store) => store.audit(entityId, pageOf(options)));
  if (options.json === true) {
    return output.line(json({ entries: items.map(auditBody), has_more: hasMore }));
  }
  if (items.length === 0) return output.line('no versions');
  output.line(showAudit(items));
  if (hasMore) output.line(`more: --after ${items.at(-1)?.version ?? 0}`);
}

async function selectionOf(store: PlainStore, options: SelectOptions) {
  const { where: filter, state: states } = options;
  return { filter, states, ...(await timesOf(store, options)) };
}

function pageOf({ after, max }: PageOptions) {
  return {
    afterVersion: after === undefined ? undefined : countOf('--after', after),
    pageSize: countOf('--max', max),
  };
}

function tell(event: StoredEvent, options: CommonOptions, output: Output): void {
  output.line(options.json === true ? json(eventBody(event)) : showEvent(event));
}
