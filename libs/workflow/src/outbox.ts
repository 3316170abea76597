/**
 * Starts the workflows that a transaction asked for. The transaction wrote a row; here the row becomes a workflow whose id
 * is on the row, so that starting it again, after a crash between the start and the mark, starts nothing new.
 */
import { faultOf, type Fault } from '@tickmesh/kernel';
import type { WorkflowEngine } from './engine.ts';
import type { Json } from './json.ts';

export interface OutboxRow {
  readonly id: string;
  /** As it was given to `defineWorkflow`. */
  readonly workflowName: string;
  /** Unique to the row: its own id will do. */
  readonly workflowId: string;
  readonly arguments: readonly Json[];
}

export interface WorkflowOutbox {
  /** Rows that are neither started nor refused, in the order in which their transactions committed. */
  pending(rowsMax: number): Promise<readonly OutboxRow[]>;
  /** Marking a row twice is once. */
  markStarted(id: string): Promise<void>;
  /** The row can never start; it is set aside with the reason, for a person. Marking a row twice is once. */
  markRefused(id: string, reason: Fault): Promise<void>;
}

export interface OutboxOptions {
  readonly engine: WorkflowEngine;
  readonly outbox: WorkflowOutbox;
  readonly rowsMax?: number;
  /** Absent: started at once. */
  readonly queue?: string;
  /** Told of rows that were refused. */
  readonly onRefused?: (row: OutboxRow, reason: Fault) => void;
}

const ROWS_MAX = 100;

/**
 * Starts what waits, one row after the other, each marked before the next is looked at. Several may run at once.
 * @returns how many rows were dealt with: fewer than `rowsMax` means that none wait
 * @throws Fault what kept a row from being started for now; that row and those behind it wait
 */
export async function startFromOutbox(options: OutboxOptions): Promise<number> {
  const { outbox, rowsMax = ROWS_MAX } = options;
  const rows = await outbox.pending(rowsMax);
  for (const row of rows) {
    try {
      await start(row, options);
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.reaction.retry !== 'never') throw fault;
      await outbox.markRefused(row.id, fault);
      options.onRefused?.(row, fault);
      continue;
    }
    await outbox.markStarted(row.id);
  }
  return rows.length;
}

async function start(row: OutboxRow, { engine, queue }: OutboxOptions): Promise<void> {
  // The compiler knows nothing of a row's arguments; the engine checks that they are JSON, the function what they mean.
  const definition = engine.registered(row.workflowName);
  const args = row.arguments as never;
  const id = row.workflowId;
  if (queue === undefined) await engine.workflow(definition, args, { id });
  else await engine.queue(definition, args, { id, queue });
}
