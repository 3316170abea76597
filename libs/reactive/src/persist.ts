import { type Fault, faultOf } from '@tickmesh/kernel';
import type { ReactiveGraph, Stop } from './graph.ts';

/** Where the versions of a node go; the store is one. */
export interface PersistSink {
  /** Writes one version: every field and computed value of the node. */
  write(node: string, values: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface PersistOptions {
  /** Told when a version could not be written; the following ones are still tried. */
  readonly onFault: (fault: Fault) => void;
  /** Versions that may wait for a slow sink, 1000 unless said. */
  readonly queueMax?: number;
}

/** A node that is being persisted. */
export interface Persistence {
  /** No further version is made; those waiting are still written. */
  stop: Stop;
  /** Resolves when every version made so far was written or has failed. */
  settled(): Promise<void>;
}

const QUEUE_MAX = 1000;

/**
 * Writes one version of a node after every batch that changed it, fields and computed values together,
 * in order, one at a time. Installing it writes nothing. A node with a computation that fails writes no
 * version until it holds again. When `queueMax` versions wait, the newest replaces the last of them: what
 * is dropped is a version in between, never the latest state.
 * @throws Fault GRAPH_UNKNOWN
 */
export function autoPersist(
  graph: ReactiveGraph,
  node: string,
  sink: PersistSink,
  options: PersistOptions,
): Persistence {
  const queueMax = options.queueMax ?? QUEUE_MAX;
  const waiting: Readonly<Record<string, unknown>>[] = [];
  let writing: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    for (let values = waiting.shift(); values !== undefined; values = waiting.shift()) {
      try {
        await sink.write(node, values);
      } catch (thrown) {
        options.onFault(faultOf(thrown));
      }
    }
    writing = undefined;
  };
  const stop = graph.watch(node, (values) => {
    if (waiting.length >= queueMax) waiting[waiting.length - 1] = values;
    else waiting.push(values);
    writing ??= drain();
  });
  return { stop, settled: () => writing ?? Promise.resolve() };
}
