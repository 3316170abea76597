import type {
  Delivery,
  DeliveryBatch,
  EventHeaders,
  OutgoingMessage,
  PartitionStart,
  Publisher,
  RecordPosition,
} from '@tickmesh/bus';
import type { DataPlaneCheckpoint } from '@tickmesh/contracts';
import type { MarketOutput } from '@tickmesh/domain-market';
import { assert, faultOf } from '@tickmesh/kernel';
import { messagesOf } from './market-outputs.ts';
import { type FindInstrument, PartitionState } from './partition-state.ts';

type RawDelivery = Delivery<'market_raw'>;

export interface DataPlaneDeps {
  readonly publisher: Publisher;
  readonly findInstrument: FindInstrument;
  /** The last checkpoint of each partition. */
  readonly readCheckpoints: () => Promise<ReadonlyMap<number, DataPlaneCheckpoint>>;
  readonly probe: DataPlaneProbe;
}

/** Facts for logs, metrics and traces. */
export interface DataPlaneProbe {
  /** The headers that what follows from the frame carries on: a trace goes through them. */
  startFrame(delivery: RawDelivery): { readonly headers: EventHeaders; end(): void };
  outputs(delivery: RawDelivery, outputs: readonly MarketOutput[]): void;
  checkpointSaved(partition: number, position: bigint): void;
  checkpointRestored(partition: number, position: bigint): void;
}

/** Receive time between two checkpoints of a partition, microseconds. */
const CHECKPOINT_MICROS = 5_000_000;

/**
 * From raw frames to market records. A partition is applied in order by one worker; state and position are kept in
 * one checkpoint, so that a restart goes on from there and publishes what it may have published before under the
 * same ids.
 */
export class DataPlane {
  readonly #deps: DataPlaneDeps;
  readonly #partitions = new Map<number, PartitionState>();

  constructor(deps: DataPlaneDeps) {
    this.#deps = deps;
  }

  get partitions(): ReadonlyMap<number, PartitionState> {
    return this.#partitions;
  }

  /** Restores what was assigned; answers where to go on. Partitions without a checkpoint start where the group stands. */
  async assigned(partitions: readonly PartitionStart[]): Promise<readonly RecordPosition[]> {
    const checkpoints = await this.#deps.readCheckpoints();
    const starts: RecordPosition[] = [];
    for (const { topic, partition } of partitions) {
      const saved = checkpoints.get(partition);
      if (saved === undefined) continue;
      const state = PartitionState.restore(saved, this.#deps.findInstrument);
      this.#partitions.set(partition, state);
      starts.push({ topic, partition, offset: state.position });
      this.#deps.probe.checkpointRestored(partition, state.position);
    }
    return starts;
  }

  /** Saves the last state before another member may have the partitions. */
  async revoked(partitions: readonly PartitionStart[]): Promise<void> {
    for (const { partition } of partitions) {
      const state = this.#partitions.get(partition);
      if (state !== undefined && state.unpublished.length === 0) await this.#checkpoint(state);
      this.#partitions.delete(partition);
    }
  }

  async handle(batch: DeliveryBatch<'market_raw'>): Promise<void> {
    const first = batch.deliveries[0];
    if (first === undefined || !batch.isOwned()) return;
    const state = this.#stateOf(first);
    for (const delivery of batch.deliveries) {
      assert(delivery.partition === state.partition, 'A batch is of one partition');
      if (delivery.offset >= state.position) this.#apply(state, delivery, batch);
    }
    await this.#publish(state);
    const due = state.receivedMicros - state.checkpointedMicros >= CHECKPOINT_MICROS;
    if (due && batch.isOwned()) await this.#checkpoint(state);
  }

  #stateOf(delivery: RawDelivery): PartitionState {
    const known = this.#partitions.get(delivery.partition);
    if (known !== undefined) return known;
    const { partition, offset } = delivery;
    const state = new PartitionState(partition, offset, this.#deps.findInstrument);
    this.#partitions.set(partition, state);
    return state;
  }

  #apply(state: PartitionState, delivery: RawDelivery, batch: DeliveryBatch<'market_raw'>): void {
    const { probe } = this.#deps;
    const span = probe.startFrame(delivery);
    const { headers } = span;
    try {
      const outputs = state.apply(delivery.value, { runId: headers.run_id, mode: headers.mode });
      const source = {
        topic: delivery.topic,
        partition: delivery.partition,
        offset: delivery.offset,
        headers,
      };
      for (const message of messagesOf(outputs, source)) state.unpublished.push(message);
      probe.outputs(delivery, outputs);
    } catch (thrown) {
      const fault = faultOf(thrown);
      // A frame that cannot be read changed nothing; a bug must not be mistaken for one.
      if (fault.kind !== 'invalid') throw fault;
      batch.reject(delivery, fault);
    } finally {
      span.end();
    }
    state.position = delivery.offset + 1n;
  }

  async #publish(state: PartitionState): Promise<void> {
    if (state.unpublished.length === 0) return;
    const messages: readonly OutgoingMessage[] = state.unpublished;
    await this.#deps.publisher.publishAll(messages);
    state.unpublished = [];
  }

  async #checkpoint(state: PartitionState): Promise<void> {
    await this.#deps.publisher.publish({
      topic: 'data_checkpoints',
      value: state.checkpoint(),
      headers: {
        event_id: `data-plane/checkpoint/${state.partition}/${state.position}`,
        run_id: 'data-plane',
        mode: 'live',
      },
    });
    state.checkpointedMicros = state.receivedMicros;
    this.#deps.probe.checkpointSaved(state.partition, state.position);
  }
}
