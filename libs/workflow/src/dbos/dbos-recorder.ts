/** The record of a workflow that DBOS runs: a row of its tables for each operation. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbosFault, isControl } from './dbos-faults.ts';
import type { Recorder } from '../flow.ts';
import type { Gate } from '../gate.ts';
import type { Json } from '../json.ts';

const MS_PER_SECOND = 1_000;

export class DbosRecorder implements Recorder {
  readonly workflowId: string;
  readonly #gate: Gate;
  readonly #pollMs: number;

  constructor(workflowId: string, gate: Gate, pollMs: number) {
    this.workflowId = workflowId;
    this.#gate = gate;
    this.#pollMs = pollMs;
  }

  record(name: string, work: () => Promise<Json>): Promise<Json> {
    return this.#gate.pass(() => translated(() => DBOS.runStep(work, { name })));
  }

  receive(topic: string, timeoutMs: number): Promise<Json> {
    return this.#gate.passWaiting(() =>
      translated(() =>
        DBOS.recv<Json>(topic, {
          timeoutSeconds: timeoutMs / MS_PER_SECOND,
          // Notifications wake it; this is for those that were lost.
          pollingIntervalMs: this.#pollMs,
        }),
      ),
    );
  }

  /** DBOS's own sleep leaves its timer behind when the process shuts down; the time it ends is on record before this. */
  waitUntil(untilMs: number): Promise<void> {
    return this.#gate.waitUntil(untilMs);
  }
}

async function translated(operation: () => Promise<Json>): Promise<Json> {
  try {
    return await operation();
  } catch (thrown) {
    throw isControl(thrown) ? thrown : dbosFault(thrown);
  }
}
