/** The records of an in-memory engine. It outlives the engine: what one left unfinished, the next takes up. */
import type { WorkflowStatus } from '../engine.ts';
import type { Failure } from '../failure.ts';
import type { Json } from '../json.ts';

export interface RecordedStep {
  readonly name: string;
  readonly value: Json;
}

interface KeptMessage {
  readonly topic: string;
  readonly message: Json;
}

/** One workflow. */
export interface MemoryRecord {
  readonly id: string;
  readonly workflow: string;
  readonly args: readonly Json[];
  readonly queue: string | undefined;
  readonly applicationName: string;
  readonly applicationVersion: string;
  readonly executorId: string;
  readonly steps: Map<number, RecordedStep>;
  readonly messages: KeptMessage[];
  readonly messageIds: Set<string>;
  status: WorkflowStatus;
  value: Json;
  failure: Failure | undefined;
}

export class MemoryJournal {
  /** By id, in the order of their starts. */
  readonly records = new Map<string, MemoryRecord>();
}
