/**
 * The records that one transaction works on: loaded once, changed in memory, and written version by version in the order in
 * which they were told.
 */
import type { Transaction } from '@tickmesh/database';
import { type Entity, entityFromJson, entityToJson } from '@tickmesh/domain-columns';
import { type Draft, append } from './append.ts';
import { checkValues } from './entity-values.ts';
import type { JsonData } from './ports.ts';
import { asked } from './refusals.ts';
import { statement } from './statement.ts';

export interface RecordKey {
  readonly entity: Entity;
  readonly key: string;
}

export interface Placed extends RecordKey {
  /** Of an order and a trade. */
  readonly intentId?: string;
  /** Of a trade. */
  readonly market?: string;
}

interface Held {
  entityId: string | null;
  version: number;
  data: JsonData;
  readers: readonly string[];
  intentId: string | null;
  market: string | null;
}

interface Change {
  readonly name: string;
  readonly placed: Placed;
  readonly draft: Draft;
  readonly readers: readonly string[];
}

interface HeldRow {
  readonly kind: string;
  readonly key: string;
  readonly entity_id: string;
  readonly intent_id: string | null;
  readonly market: string | null;
  readonly readers: readonly string[];
  readonly version: bigint;
  readonly data: JsonData;
  readonly [column: string]: unknown;
}

const LOAD = statement(
  `with wanted as materialized (
     select r.* from store.records r join unnest($2::text[], $3::text[]) as w(kind, key) using (kind, key)
     union
     select r.* from store.records r where r.intent_id = any ($4::text[])
     union
     select r.* from store.records r where r.market = any ($5::text[]))
   select w.kind, w.key, w.entity_id, w.intent_id, w.market, w.readers, h.version, h.data
   from wanted w join store.heads($1, array(select entity_id from wanted), true) h using (entity_id)`,
);
const KEEP = statement(
  `insert into store.records (kind, key, entity_id, intent_id, market, readers)
   select kind, key, entity_id, intent_id, market, '{}'
   from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[])
     as r(kind, key, entity_id, intent_id, market)`,
);
const DROP = statement(`delete from store.records where entity_id = any ($1::uuid[])`);
const SHARE = statement(
  `with shared as (
     select s.entity_id, s.reader, store.share($1, s.entity_id, s.reader, 'read', true) as is_new
     from unnest($2::uuid[], $3::text[]) as s(entity_id, reader))
   update store.records r set readers = r.readers || s.readers
   from (select entity_id, array_agg(reader) as readers from shared group by 1) s
   where r.entity_id = s.entity_id`,
);

const APPEND_MAX = 500;

export class RecordBook {
  readonly #transaction: Transaction;
  readonly #owner: { readonly name: string; readonly roles: readonly string[] };
  readonly #held = new Map<string, Held>();
  #changes: Change[] = [];

  constructor(transaction: Transaction, owner: string) {
    this.#transaction = transaction;
    this.#owner = { name: owner, roles: [] };
  }

  /** Loads the records of the keys, all of the intents, and all trades of the markets. */
  async load(wanted: {
    readonly keys?: readonly RecordKey[];
    readonly intentIds?: readonly string[];
    readonly markets?: readonly string[];
  }): Promise<void> {
    const { keys = [], intentIds = [], markets = [] } = wanted;
    const rows = await asked(() =>
      this.#transaction.query<HeldRow>(LOAD, [
        this.#owner.name,
        keys.map(({ entity }) => entity.name),
        keys.map(({ key }) => key),
        intentIds,
        markets,
      ]),
    );
    for (const row of rows) {
      const name = `${row.kind} ${row.key}`;
      // What was changed in this transaction is newer than what the database says.
      if (this.#held.has(name)) continue;
      this.#held.set(name, {
        entityId: row.entity_id,
        version: Number(row.version),
        data: row.data,
        readers: row.readers,
        intentId: row.intent_id,
        market: row.market,
      });
    }
  }

  get<Of extends Entity>(
    entity: Of,
    key: string,
  ): ReturnType<typeof entityFromJson<Of>> | undefined {
    const held = this.#held.get(nameOf({ entity, key }));
    return held === undefined ? undefined : entityFromJson(entity, held.data);
  }

  /** The keys and values of what is held of an entity, and fits. */
  all<Of extends Entity>(
    entity: Of,
    of: { readonly intentId?: string; readonly market?: string },
  ): (readonly [key: string, value: ReturnType<typeof entityFromJson<Of>>])[] {
    const prefix = `${entity.name} `;
    return [...this.#held]
      .filter(
        ([name, held]) =>
          name.startsWith(prefix) &&
          (of.intentId === undefined || held.intentId === of.intentId) &&
          (of.market === undefined || held.market === of.market),
      )
      .map(([name, { data }]) => [name.slice(prefix.length), entityFromJson(entity, data)]);
  }

  /** The next version of a record, or its first; nothing when nothing is new. */
  async put<Of extends Entity>(
    placed: Placed & { readonly entity: Of },
    value: ReturnType<typeof entityFromJson<Of>>,
    told: { readonly atMicros: number; readonly readers: readonly string[] },
  ): Promise<void> {
    const { data, text } = checkValues(placed.entity, entityToJson(placed.entity, value));
    const name = nameOf(placed);
    const held = this.#held.get(name);
    if (held !== undefined && JSON.stringify(held.data) === text) return;
    if (this.#changes.some((change) => change.name === name)) await this.flush();
    const draft: Draft = {
      kind: held === undefined ? 'write' : 'update',
      ...this.#draftOf(placed, held),
      ...{ data, dataText: text },
      valid: { validFrom: told.atMicros },
    };
    const readers = told.readers.filter((reader) => held?.readers.includes(reader) !== true);
    this.#held.set(name, {
      entityId: held?.entityId ?? null,
      version: (held?.version ?? 0) + 1,
      data,
      readers: [...(held?.readers ?? []), ...readers],
      intentId: placed.intentId ?? held?.intentId ?? null,
      market: placed.market ?? held?.market ?? null,
    });
    this.#changes.push({ name, placed, draft, readers });
    if (this.#changes.length >= APPEND_MAX) await this.flush();
  }

  /** Ends a record: what it told was taken back. */
  async end(key: RecordKey, atMicros: number): Promise<void> {
    await this.flush();
    const name = nameOf(key);
    const held = this.#held.get(name);
    if (held === undefined) return;
    const { data } = held;
    const draft: Draft = {
      kind: 'delete',
      ...this.#draftOf(key, held),
      ...{ data, dataText: JSON.stringify(data) },
      valid: { validFrom: atMicros },
    };
    await append(this.#transaction, this.#owner, [draft]);
    await this.#transaction.query(DROP, [[held.entityId]]);
    this.#held.delete(name);
  }

  /** Writes what waits: one append, each record once. */
  async flush(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length === 0) return;
    const appended = await append(
      this.#transaction,
      this.#owner,
      changes.map(({ draft }) => draft),
    );
    const idOf = (i: number): string => appended[i]?.event.entityId ?? '';
    const made: (readonly [Placed, string])[] = [];
    const shares: (readonly [string, string])[] = [];
    for (const [i, { name, placed, draft, readers }] of changes.entries()) {
      const held = this.#held.get(name);
      if (held !== undefined) held.entityId = idOf(i);
      if (draft.kind === 'write') made.push([placed, idOf(i)]);
      for (const reader of readers) shares.push([idOf(i), reader]);
    }
    if (made.length > 0) {
      await this.#transaction.query(KEEP, [
        made.map(([{ entity }]) => entity.name),
        made.map(([{ key }]) => key),
        made.map(([, id]) => id),
        made.map(([{ intentId }]) => intentId ?? null),
        made.map(([{ market }]) => market ?? null),
      ]);
    }
    if (shares.length > 0) {
      const values = [shares.map(([id]) => id), shares.map(([, reader]) => reader)];
      await asked(() => this.#transaction.query(SHARE, [this.#owner.name, ...values]));
    }
  }

  #draftOf({ entity }: RecordKey, held: Held | undefined) {
    return {
      entityId: held?.entityId ?? null,
      key: null,
      entityType: entity.name,
      expectedVersion: held?.version ?? 0,
      owner: this.#owner.name,
      state: null,
      stateChange: null,
      workflow: null,
    };
  }
}

const nameOf = ({ entity, key }: RecordKey): string => `${entity.name} ${key}`;
