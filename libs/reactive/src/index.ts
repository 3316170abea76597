export {
  type Callback,
  type GraphOptions,
  ReactiveGraph,
  type Reader,
  type Stop,
} from './graph.ts';
export type { GroupOptions, Reduce } from './group.ts';
export type { Compute, Read } from './node.ts';
export { type Persistence, type PersistOptions, type PersistSink, autoPersist } from './persist.ts';
export { maximum, minimum, sum } from './reduce.ts';
export { type EntityWriter, type Kept, storeSink, type StoreSinkOptions } from './store-sink.ts';
export { sameValue } from './value.ts';
