/** What became of a workflow, as every engine tells it. */
import { Fault } from '@tickmesh/kernel';
import type { WorkflowStatus } from './engine.ts';
import { type Failure, faultOfFailure } from './failure.ts';
import type { Json } from './json.ts';

export type Outcome =
  | { readonly status: 'PENDING' | 'RUNNING' | 'CANCELLED' }
  | { readonly status: 'SUCCESS'; readonly value: Json }
  | { readonly status: 'ERROR'; readonly failure: Failure };

export function isFinal(status: WorkflowStatus): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

/**
 * @throws Fault WORKFLOW_FAILED with the workflow's own fault as its cause, WORKFLOW_CANCELLED; WORKFLOW_UNFINISHED for one
 *   that has not ended
 */
export function resultOf(workflowId: string, outcome: Outcome): Json {
  switch (outcome.status) {
    case 'SUCCESS':
      return outcome.value;
    case 'ERROR': {
      const cause = faultOfFailure(outcome.failure);
      // Its kind is not that of its cause: asking again does not run the workflow again.
      throw new Fault('WORKFLOW_FAILED', { workflow_id: workflowId, error: cause.message }, cause);
    }
    case 'CANCELLED':
      throw new Fault('WORKFLOW_CANCELLED', { workflow_id: workflowId });
    case 'PENDING':
    case 'RUNNING':
      throw new Fault('WORKFLOW_UNFINISHED', { workflow_id: workflowId, status: outcome.status });
  }
}
