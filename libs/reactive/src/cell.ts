/**
 * The signals library behind names of our own. Cells hold and derive values; equality is by value, and
 * a failing computation is a value too, so that the library never sees a throw and never retries one.
 */
import {
  type ReadonlySignal,
  batch,
  computed,
  effect,
  signal,
  untracked,
} from '@preact/signals-core';
import { Fault } from '@tickmesh/kernel';
import { Failure, sameValue } from './value.ts';

/** Something that can be read; a read inside a derivation makes it depend on this. */
export interface Readable {
  /** The value, or a `Failure`. */
  read(): unknown;
}

/** A value that is set from outside. */
export interface Cell<Value> extends Readable {
  read(): Value;
  /** Reads without depending. */
  peek(): Value;
  set(value: Value): void;
}

/** @param unwatched called when the last derivation that depended on the cell is gone */
export function cell<Value>(initial: Value, unwatched?: () => void): Cell<Value> {
  const source = signal<Value>(initial, unwatched === undefined ? {} : { unwatched });
  return {
    read: () => source.value,
    peek: () => source.peek(),
    set: (value) => {
      if (!sameValue(source.peek(), value)) source.value = value;
    },
  };
}

/** A value that follows from others: lazy, cached, and unchanged when it comes out equal. */
export function derived(compute: () => unknown): Readable {
  let last: unknown;
  const source: ReadonlySignal<unknown> = computed(() => {
    const outcome = outcomeOf(compute);
    if (!sameValue(last, outcome)) last = outcome;
    return last;
  });
  return { read: () => readOrCycle(source) };
}

/** Calls `changed` whenever what `readable` depends on changed, at the end of the batch. */
export function observe(readable: Readable, changed: () => void): () => void {
  return effect(() => {
    readable.read();
    untracked(changed);
  });
}

/** All changes made by `act` reach the observers together. */
export function together<Result>(act: () => Result): Result {
  return batch(act);
}

/** Runs `act` without making the derivation that runs now depend on what it reads. */
export function aside<Result>(act: () => Result): Result {
  return untracked(act);
}

function outcomeOf(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (thrown) {
    return new Failure(thrown);
  }
}

/** The library throws an Error of its own when a value is read while it is being computed. */
function readOrCycle(source: ReadonlySignal<unknown>): unknown {
  try {
    return source.value;
  } catch (thrown) {
    return new Failure(new Fault('GRAPH_CYCLE', {}, thrown));
  }
}
