import type {
  Delivery,
  DeliveryBatch,
  OutgoingMessage,
  Publisher,
  RecordPosition,
  SourceFilterState,
} from '@tickmesh/bus';
import type { OrderIntent, StrategyCheckpoint, StrategyControl } from '@tickmesh/contracts';
import { type StrategyInput, StrategyRunner } from '@tickmesh/domain-strategies';
import { assert } from '@tickmesh/kernel';
import { type JournalSlice, addSlices } from './journal.ts';
import { filterStateOf, sourcePositionsOf } from './source-positions.ts';
import {
  type LogReader,
  type RepetitionFilter,
  STRATEGY_TOPICS,
  type StrategyTopic,
} from './ports.ts';

type StrategyDelivery = Delivery<StrategyTopic>;

export interface HostDeps {
  readonly publisher: Publisher;
  readonly log: LogReader;
  /** Makes the runner afresh: at start, and whenever this member takes over. */
  readonly makeRunner: () => StrategyRunner;
  /** Makes what drops repetitions, from what it has seen. */
  readonly makeFilter: (state: SourceFilterState) => RepetitionFilter;
  readonly probe: HostProbe;
  /** Tells this process from every other, for people. */
  readonly member: string;
}

/** Facts for logs, metrics and traces. */
export interface HostProbe {
  recovered(facts: { strategyId: string; epoch: number; replayedRecords: number }): void;
  stoodDown(strategyId: string): void;
  controlled(control: StrategyControl): void;
  consumed(strategyId: string, topic: StrategyTopic, records: number): void;
  /** The trace context that the intents of an event carry on; undefined outside of a trace. */
  startDecision(
    strategyId: string,
    delivery: StrategyDelivery,
  ): { readonly traceparent: string | undefined; end(): void };
  checkpointed(strategyId: string): void;
  /** Published, with the receive time of the event that caused it. */
  intended(intent: OrderIntent, receivedMicros: number): void;
}

/** Receive time between two checkpoints, microseconds. */
const CHECKPOINT_MICROS = 2_000_000;
/** Slices of one journal entry, at about 20 bytes each. */
const JOURNAL_SLICES_MAX = 2_000;

/**
 * Runs one strategy on the bus. What is consumed gathers until something follows from it: then, in this order, the
 * journal entry of all that was consumed, the intents, and now and then a checkpoint of state and positions in one
 * record. Whatever is cut off between two of these, the member that takes over reads the checkpoint, follows the
 * journal behind it, and publishes the same intents under the same ids. What was consumed and not journalled left no
 * trace outside: the member that takes over consumes it in an order of its own.
 *
 * The journal is what decides between two members. Whoever takes over opens a higher epoch in it; an entry of a lower
 * epoch behind that is void. A member publishes nothing that follows from a batch before it has seen that its entry
 * stands before any higher epoch. So what an old owner publishes, however late, the new owner publishes too, under the
 * same ids, because its journal holds the same entries; and what only the old owner decided never leaves it.
 */
export class StrategyHost {
  readonly #deps: HostDeps;
  #runner: StrategyRunner;
  #filter: RepetitionFilter;
  #positions = new Map<string, RecordPosition>();
  #epoch = 0;
  #journalOffset = 0n;
  #checkpointedMicros = 0;
  /** What was applied and is not yet published: a retried batch must not be applied twice. */
  #unpublished: OutgoingMessage<'order_intents'>[] = [];
  #unjournalled: JournalSlice[] = [];
  /** From where on the journal may hold what another member wrote between our entries; not looked at yet. */
  #unverifiedFrom: bigint | undefined;
  /** Epoch of the checkpoint that was taken over. */
  #restoredEpoch = 0;

  constructor(deps: HostDeps) {
    this.#deps = deps;
    this.#runner = deps.makeRunner();
    this.#filter = deps.makeFilter({});
  }

  get strategyId(): string {
    return this.#runner.definition.id;
  }

  /** Takes over: checkpoint, then journal; answers with the positions to consume from. */
  async recover(): Promise<readonly RecordPosition[]> {
    this.#reset();
    const { log } = this.#deps;
    const checkpoint = await log.lastCheckpoint(this.strategyId);
    if (checkpoint === null) await this.#startAfresh();
    else this.#restore(checkpoint);
    const seen = await log.journalFrom(this.strategyId, this.#journalOffset);
    const epochs = seen.map(({ entry }) => entry.epoch);
    this.#epoch = Math.max(this.#epoch, 0, ...epochs) + 1;
    const opening = await this.#publishJournal([]);
    const replayedRecords = await this.#follow(opening.offset);
    this.#journalOffset = opening.offset + 1n;
    await this.#publishIntents();
    await this.#checkpoint();
    this.#deps.probe.recovered({
      strategyId: this.strategyId,
      epoch: this.#epoch,
      replayedRecords,
    });
    return [...this.#positions.values()];
  }

  async handle(batch: DeliveryBatch<StrategyTopic>): Promise<void> {
    if (!batch.isOwned() || this.#epoch === 0) return;
    const fresh = batch.deliveries.filter((delivery) => this.#isAhead(delivery));
    for (const delivery of fresh) this.#apply(delivery);
    for (const topic of STRATEGY_TOPICS) {
      const records = fresh.filter((delivery) => delivery.topic === topic).length;
      if (records > 0) this.#deps.probe.consumed(this.strategyId, topic, records);
    }
    addSlices(this.#unjournalled, fresh);
    const due = this.#runner.nowMicros - this.#checkpointedMicros >= CHECKPOINT_MICROS;
    const isFull = this.#unjournalled.length >= JOURNAL_SLICES_MAX;
    if (this.#unpublished.length === 0 && !due && !isFull) return;
    await this.#writeJournal();
    if (await this.#isReplaced()) {
      this.#standDown();
      return;
    }
    await this.#publishIntents();
    if (due && batch.isOwned()) await this.#checkpoint();
  }

  /** Writes the last state before the partitions go to somebody else. */
  async revoke(): Promise<void> {
    try {
      if (this.#epoch === 0 || this.#unpublished.length > 0) return;
      await this.#writeJournal();
      if (!(await this.#isReplaced())) await this.#checkpoint();
    } finally {
      this.#standDown();
    }
  }

  async #writeJournal(): Promise<void> {
    if (this.#unjournalled.length === 0) return;
    const { offset } = await this.#publishJournal(this.#unjournalled);
    // Offsets that follow each other leave no room for another member's entry.
    if (offset !== this.#journalOffset) this.#unverifiedFrom ??= this.#journalOffset;
    this.#journalOffset = offset + 1n;
    this.#unjournalled = [];
  }

  /**
   * Whether another member took over before our last entry. Asked before anything that follows from our entries leaves
   * this member; only what lies between them is read.
   */
  async #isReplaced(): Promise<boolean> {
    if (this.#unverifiedFrom === undefined) return false;
    const { log } = this.#deps;
    const from = this.#unverifiedFrom - 1n;
    const highest = await log.highestEpoch(this.strategyId, from, this.#journalOffset - 1n);
    if (highest > this.#epoch) return true;
    this.#unverifiedFrom = undefined;
    return false;
  }

  #standDown(): void {
    if (this.#epoch === 0) return;
    this.#reset();
    this.#deps.probe.stoodDown(this.strategyId);
  }

  #reset(): void {
    this.#runner = this.#deps.makeRunner();
    this.#filter = this.#deps.makeFilter({});
    this.#positions = new Map();
    this.#epoch = 0;
    this.#restoredEpoch = 0;
    this.#journalOffset = 0n;
    this.#unpublished = [];
    this.#unjournalled = [];
    this.#unverifiedFrom = undefined;
  }

  async #startAfresh(): Promise<void> {
    const starts = await this.#deps.log.starts(STRATEGY_TOPICS);
    for (const position of starts) this.#positions.set(placeOf(position), position);
  }

  #restore(checkpoint: StrategyCheckpoint): void {
    this.#runner.restore(checkpoint.state);
    this.#filter = this.#deps.makeFilter(filterStateOf(checkpoint.source_positions));
    this.#epoch = checkpoint.epoch;
    this.#restoredEpoch = checkpoint.epoch;
    this.#journalOffset = BigInt(checkpoint.journal_offset);
    this.#checkpointedMicros = checkpoint.taken_at;
    for (const { topic, partition, offset } of checkpoint.positions) {
      const position = { topic, partition, offset: BigInt(offset) };
      this.#positions.set(placeOf(position), position);
    }
  }

  /** Applies what the journal says was consumed behind the checkpoint; the number of records. */
  async #follow(openingOffset: bigint): Promise<number> {
    const entries = await this.#deps.log.journalFrom(this.strategyId, this.#journalOffset);
    // The epoch of the checkpoint was opened before it: entries of lower ones behind it are void.
    let epoch = this.#restoredEpoch;
    let records = 0;
    for (const { offset, entry } of entries) {
      if (offset >= openingOffset) break;
      // An owner that was replaced and did not know it yet: what it wrote afterwards is void.
      if (entry.epoch < epoch) continue;
      epoch = entry.epoch;
      for (const slice of entry.slices) {
        const deliveries = await this.#deps.log.records(
          slice.topic as StrategyTopic,
          slice.partition,
          BigInt(slice.first_offset),
          BigInt(slice.last_offset),
        );
        for (const delivery of deliveries.filter((each) => this.#isAhead(each))) {
          this.#apply(delivery);
          records++;
        }
      }
    }
    return records;
  }

  #isAhead(delivery: StrategyDelivery): boolean {
    const position = this.#positions.get(placeOf(delivery));
    return position === undefined || delivery.offset >= position.offset;
  }

  #apply(delivery: StrategyDelivery): void {
    const { topic, partition, offset, headers } = delivery;
    this.#positions.set(placeOf(delivery), { topic, partition, offset: offset + 1n });
    if (!this.#filter.admits(delivery)) return;
    if (isControl(delivery)) {
      this.#control(delivery);
      return;
    }
    const cause = { eventId: headers.event_id, runId: headers.run_id };
    const input = { topic, event: delivery.value, cause } as StrategyInput;
    const span = this.#deps.probe.startDecision(this.strategyId, delivery);
    const intents = this.#decide(input, span);
    for (const [index, value] of intents.entries()) {
      this.#unpublished.push({
        topic: 'order_intents',
        value,
        headers: {
          event_id: `${headers.run_id}/${this.strategyId}/${topic}/${partition}/${offset}#${index}`,
          causation_id: headers.event_id,
          correlation_id: headers.correlation_id ?? headers.event_id,
          run_id: headers.run_id,
          mode: headers.mode,
          source_position: `${topic}/${partition}/${offset}/${index}`,
          ...(span.traceparent === undefined ? {} : { traceparent: span.traceparent }),
        },
      });
    }
  }

  #decide(input: StrategyInput, span: { end(): void }): readonly OrderIntent[] {
    try {
      return this.#runner.apply(input);
    } finally {
      span.end();
    }
  }

  /** Part of what the journal holds: a replay pauses where the run did. */
  #control({ value }: Delivery<'strategy_control'>): void {
    if (value.strategy_id !== this.strategyId) return;
    const isPaused = value.state === 'PAUSED';
    if (isPaused === this.#runner.isPaused) return;
    this.#runner.isPaused = isPaused;
    this.#deps.probe.controlled(value);
  }

  async #publishIntents(): Promise<void> {
    if (this.#unpublished.length === 0) return;
    await this.#deps.publisher.publishAll(this.#unpublished);
    for (const { value } of this.#unpublished) {
      this.#deps.probe.intended(value, this.#runner.nowMicros);
    }
    this.#unpublished = [];
  }

  #publishJournal(slices: readonly JournalSlice[]): Promise<RecordPosition> {
    assert(this.#epoch > 0, 'A strategy journals only after it has taken over');
    return this.#deps.publisher.publish({
      topic: 'strategy_journal',
      value: {
        strategy_id: this.strategyId,
        run_id: this.#runId,
        epoch: this.#epoch,
        slices: [...slices],
      },
      headers: this.#ownHeaders('journal'),
    });
  }

  async #checkpoint(): Promise<void> {
    await this.#deps.publisher.publish({
      topic: 'strategy_checkpoints',
      value: {
        strategy_id: this.strategyId,
        run_id: this.#runId,
        epoch: this.#epoch,
        positions: [...this.#positions.values()].map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset: Number(offset),
        })),
        journal_offset: Number(this.#journalOffset),
        source_positions: sourcePositionsOf(this.#filter.state()),
        state: Buffer.from(this.#runner.snapshot()),
        taken_at: this.#runner.nowMicros,
      },
      headers: this.#ownHeaders('checkpoint'),
    });
    this.#checkpointedMicros = this.#runner.nowMicros;
    this.#deps.probe.checkpointed(this.strategyId);
  }

  /** The run of this member. */
  get #runId(): string {
    return `${this.strategyId}@${this.#deps.member}`;
  }

  #ownHeaders(kind: string) {
    return {
      event_id: `${this.strategyId}/${kind}/${this.#epoch}/${this.#journalOffset}`,
      run_id: this.#runId,
      mode: 'paper' as const,
    };
  }
}

const placeOf = (position: { topic: string; partition: number }): string =>
  `${position.topic}/${position.partition}`;

const isControl = (delivery: StrategyDelivery): delivery is Delivery<'strategy_control'> =>
  delivery.topic === 'strategy_control';
