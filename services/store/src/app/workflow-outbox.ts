/** The starts of workflows that transitions asked for, as the dispatcher of libs/workflow reads and marks them. */
import type { Database, Row } from '@tickmesh/database';
import type { OutboxRow, WorkflowOutbox } from '@tickmesh/workflow';
import type { Fault } from '@tickmesh/kernel';
import { statement } from './statement.ts';

const PENDING = statement(
  `select workflow_id, workflow, entity_id, version, requested_by from store.workflow_outbox
   where started_at is null and refused_at is null order by "position" limit $1`,
);
const STARTED = statement(
  `update store.workflow_outbox set started_at = clock_timestamp()
   where workflow_id = $1 and started_at is null`,
);
const REFUSED = statement(
  `update store.workflow_outbox set refused_at = clock_timestamp(), refusal = $2
   where workflow_id = $1 and refused_at is null`,
);

interface PendingRow extends Row {
  readonly workflow_id: string;
  readonly workflow: string;
  readonly entity_id: string;
  readonly version: bigint;
  readonly requested_by: string;
}

/** The one argument of a workflow that a transition starts: which version of what, and who asked for it. */
export interface TransitionStarted extends Readonly<Record<string, string | number>> {
  readonly entityId: string;
  readonly version: number;
  readonly requestedBy: string;
}

export class DatabaseOutbox implements WorkflowOutbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async pending(rowsMax: number): Promise<readonly OutboxRow[]> {
    const rows = await this.#database.query<PendingRow>(PENDING, [rowsMax]);
    return rows.map((row) => {
      const started: TransitionStarted = {
        entityId: row.entity_id,
        version: Number(row.version),
        requestedBy: row.requested_by,
      };
      const { workflow_id: id, workflow: workflowName } = row;
      return { id, workflowName, workflowId: id, arguments: [started] };
    });
  }

  async markStarted(id: string): Promise<void> {
    await this.#database.query(STARTED, [id]);
  }

  async markRefused(id: string, reason: Fault): Promise<void> {
    await this.#database.query(REFUSED, [id, `${reason.code}: ${reason.message}`.slice(0, 1_000)]);
  }
}
