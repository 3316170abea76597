/** The record of a workflow of the in-memory engine, while it runs. */
import { Fault } from '@tickmesh/kernel';
import type { Recorder } from '../flow.ts';
import { type Gate, within } from '../gate.ts';
import type { Json } from '../json.ts';
import type { MemoryRecord } from './memory-journal.ts';

/** Carries a cancelled workflow out of its function. */
export class Cancelled extends Error {}

const RECEIVE = 'recv';

export class MemoryRecorder implements Recorder {
  readonly workflowId: string;
  readonly #record: MemoryRecord;
  readonly #gate: Gate;
  readonly #until: (holds: () => boolean) => Promise<void>;
  #position = 0;

  /** @param until resolves once something holds, looking whenever something happens to this workflow */
  constructor(record: MemoryRecord, gate: Gate, until: (holds: () => boolean) => Promise<void>) {
    this.workflowId = record.id;
    this.#record = record;
    this.#gate = gate;
    this.#until = until;
  }

  record(name: string, work: () => Promise<Json>): Promise<Json> {
    return this.#at(this.#position++, name, work);
  }

  /** The end of the wait has a position of its own, before the message's: it is kept when the wait begins. */
  async receive(topic: string, timeoutMs: number): Promise<Json> {
    const [untilPosition, position] = [this.#position++, this.#position++];
    const untilMs = await this.#at(untilPosition, RECEIVE, () =>
      Promise.resolve(Date.now() + timeoutMs),
    );
    return this.#at(position, RECEIVE, async () => {
      const arrived = this.#until(
        () => this.#indexOf(topic) >= 0 || this.#isCancelled || this.#gate.isClosed,
      );
      await within(arrived, Math.max(0, Number(untilMs) - Date.now()));
      const index = this.#gate.isClosed ? -1 : this.#indexOf(topic);
      const [taken] = index < 0 ? [] : this.#record.messages.splice(index, 1);
      return taken?.message ?? null;
    });
  }

  waitUntil(untilMs: number): Promise<void> {
    return this.#gate.waitUntil(untilMs);
  }

  get #isCancelled(): boolean {
    return this.#record.status === 'CANCELLED';
  }

  #assertLive(): void {
    if (this.#isCancelled) throw new Cancelled();
  }

  #indexOf(topic: string): number {
    return this.#record.messages.findIndex((kept) => kept.topic === topic);
  }

  #at(position: number, name: string, work: () => Promise<Json>): Promise<Json> {
    return this.#gate.pass(async () => {
      this.#assertLive();
      const { steps } = this.#record;
      const recorded = steps.get(position);
      if (recorded === undefined) {
        const value = await work();
        this.#assertLive();
        // A receive that the closing cut short is not recorded: it waits again.
        if (!(name === RECEIVE && this.#gate.isClosed)) steps.set(position, { name, value });
        return value;
      }
      if (recorded.name === name) return recorded.value;
      throw new Fault('WORKFLOW_DIVERGED', { position, recorded: recorded.name, found: name });
    });
  }
}
