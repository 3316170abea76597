/**
 * What changed, told inside this process: ids and positions, after the commit, in the order of the log, whichever
 * instance wrote it. It begins with its start and remembers nothing; who must miss nothing subscribes.
 */
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { LogEntry, LogPosition, LogReader } from './ports.ts';

/** A promise is not waited for; that it failed is told. */
export type ChangeListener = (change: LogEntry) => void | Promise<void>;

export interface ChangeBusParts {
  readonly reader: Pick<LogReader, 'readIds' | 'end'>;
  /** A listener that threw; the others are called all the same. */
  readonly listenerFailed: (change: LogEntry, fault: Fault) => void;
}

/** Entries that are read at once. */
const STRETCH_MAX = 1_000;

export class ChangeBus {
  readonly #parts: ChangeBusParts;
  readonly #ofAll = new Set<ChangeListener>();
  readonly #ofType = new Map<string, Set<ChangeListener>>();
  readonly #ofEntity = new Map<string, Set<ChangeListener>>();
  #place: LogPosition | undefined;

  constructor(parts: ChangeBusParts) {
    this.#parts = parts;
  }

  /** @param entityType as it was declared: `Order` */
  on(entityType: string, listener: ChangeListener): void {
    add(this.#ofType, entityType, listener);
  }

  off(entityType: string, listener: ChangeListener): void {
    remove(this.#ofType, entityType, listener);
  }

  onEntity(entityId: string, listener: ChangeListener): void {
    add(this.#ofEntity, entityId, listener);
  }

  offEntity(entityId: string, listener: ChangeListener): void {
    remove(this.#ofEntity, entityId, listener);
  }

  onAll(listener: ChangeListener): void {
    this.#ofAll.add(listener);
  }

  offAll(listener: ChangeListener): void {
    this.#ofAll.delete(listener);
  }

  /** Everything that is committed from here on will be told. */
  async begin(): Promise<void> {
    this.#place ??= await this.#parts.reader.end();
  }

  /**
   * Tells a stretch of the log. Whether anything was there, and so more may be.
   * @throws Fault DATABASE_UNREACHABLE
   */
  async tell(): Promise<{ readonly told: number; readonly hasMore: boolean }> {
    await this.begin();
    const { events, end } = await this.#parts.reader.readIds(
      this.#place as LogPosition,
      STRETCH_MAX,
    );
    for (const change of events) this.#emit(change);
    this.#place = end;
    return { told: events.length, hasMore: events.length === STRETCH_MAX };
  }

  /** Those of all, of the type, of the entity, each in the order in which they were added. */
  #emit(change: LogEntry): void {
    const listeners = [
      ...this.#ofAll,
      ...(this.#ofType.get(change.entityType) ?? []),
      ...(this.#ofEntity.get(change.entityId) ?? []),
    ];
    for (const listener of listeners) {
      const failed = (thrown: unknown): void => {
        this.#parts.listenerFailed(change, faultOf(thrown));
      };
      try {
        Promise.resolve(listener(change)).catch(failed);
      } catch (thrown) {
        failed(thrown);
      }
    }
  }
}

function add<Key>(of: Map<Key, Set<ChangeListener>>, key: Key, listener: ChangeListener): void {
  const held = of.get(key) ?? new Set();
  of.set(key, held.add(listener));
}

function remove<Key>(of: Map<Key, Set<ChangeListener>>, key: Key, listener: ChangeListener): void {
  const held = of.get(key);
  held?.delete(listener);
  if (held?.size === 0) of.delete(key);
}
