import type { Database } from '@tickmesh/database';
import type { Clock } from '@tickmesh/kernel';
import { checkName, invalid } from './arguments.ts';
import type { Seal } from './cursors.ts';
import { transitionUnderKey } from './keyed-transitions.ts';
import type {
  AsOfQuestion,
  AuditEntry,
  Caller,
  Delete,
  Page,
  Query,
  QueryPage,
  Selection,
  Share,
  Shares,
  StoreLog,
  StoredEvent,
  TransitionWish,
  Transitioned,
  TypeCount,
  Update,
  VersionPage,
  Write,
} from './ports.ts';
import * as reading from './reading.ts';
import * as selecting from './selecting.ts';
import type { EntityCatalogue } from './stored-entity.ts';
import { type TransitionParts, transitionMany } from './transitions.ts';
import { Turnstile } from './turnstile.ts';
import { deleteMany, updateMany, writeMany } from './writing.ts';

/** While one commits, the next are made ready: measured best on two processors, and little worse with more. */
const CREATIONS_AT_ONCE = 4;

export interface LogParts extends TransitionParts {
  readonly database: Database;
  readonly catalogue: EntityCatalogue;
  readonly clock: Clock;
  readonly seal: Seal;
}

/** StoreLog over PostgreSQL. Every call names its caller; there is no way to ask without one. */
export class BitemporalLog implements StoreLog {
  readonly #parts: LogParts;
  readonly #creations = new Turnstile(CREATIONS_AT_ONCE);

  constructor(parts: LogParts) {
    this.#parts = parts;
  }

  async write(caller: Caller, write: Write): Promise<StoredEvent> {
    return only(await this.writeMany(caller, [write]));
  }

  async writeMany(caller: Caller, writes: readonly Write[]): Promise<readonly StoredEvent[]> {
    return this.#creations.pass(() => writeMany(this.#parts, checked(caller), writes));
  }

  async update(caller: Caller, update: Update): Promise<StoredEvent> {
    return only(await this.updateMany(caller, [update]));
  }

  async updateMany(caller: Caller, updates: readonly Update[]): Promise<readonly StoredEvent[]> {
    return updateMany(this.#parts, checked(caller), updates);
  }

  async transition(caller: Caller, wish: TransitionWish): Promise<Transitioned> {
    const { key } = wish;
    if (key === undefined) return only(await this.transitionMany(caller, [wish]));
    return transitionUnderKey(this.#parts, checked(caller), { ...wish, key });
  }

  async transitionMany(
    caller: Caller,
    wishes: readonly TransitionWish[],
  ): Promise<readonly Transitioned[]> {
    const keyed = wishes.find(({ key }) => key !== undefined);
    if (keyed !== undefined) throw invalid('key', 'not in a batch', keyed.key);
    return transitionMany(this.#parts, checked(caller), wishes);
  }

  async delete(caller: Caller, wish: Delete): Promise<StoredEvent> {
    return only(await this.deleteMany(caller, [wish]));
  }

  async deleteMany(caller: Caller, wishes: readonly Delete[]): Promise<readonly StoredEvent[]> {
    return deleteMany(this.#parts, checked(caller), wishes);
  }

  async read(caller: Caller, entityId: string): Promise<StoredEvent | undefined> {
    return this.asOf(caller, { entityId });
  }

  async history(caller: Caller, page: VersionPage): Promise<Page<StoredEvent>> {
    return reading.history(this.#parts.database, checked(caller), page);
  }

  async asOf(caller: Caller, question: AsOfQuestion): Promise<StoredEvent | undefined> {
    return reading.asOf(this.#parts.database, checked(caller), question);
  }

  async query(caller: Caller, query: Query): Promise<QueryPage> {
    return selecting.query(this.#parts, checked(caller), query);
  }

  async count(caller: Caller, selection: Selection): Promise<bigint> {
    return selecting.count(this.#parts, checked(caller), selection);
  }

  async types(caller: Caller): Promise<readonly TypeCount[]> {
    return selecting.types(this.#parts, checked(caller));
  }

  async audit(caller: Caller, page: VersionPage): Promise<Page<AuditEntry>> {
    return reading.audit(this.#parts.database, checked(caller), page);
  }

  async share(caller: Caller, share: Share): Promise<boolean> {
    return reading.share(this.#parts.database, checked(caller), { ...share, isGiven: true });
  }

  async unshare(caller: Caller, share: Share): Promise<boolean> {
    return reading.share(this.#parts.database, checked(caller), { ...share, isGiven: false });
  }

  async shares(caller: Caller, entityId: string): Promise<Shares> {
    return reading.shares(this.#parts.database, checked(caller), entityId);
  }
}

function checked(caller: Caller): Caller {
  checkName('caller', caller.name);
  return caller;
}

/** A batch of one has one answer. */
function only<T>(items: readonly T[]): T {
  return items[0] as T;
}
