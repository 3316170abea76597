/** How DBOS's rows are written and read: plain JSON, and failures that come back as they went in. */
import { type DBOSConfig, StatusString, type WorkflowStatus as Row } from '@dbos-inc/dbos-sdk';
import { Fault } from '@tickmesh/kernel';
import type { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Outcome } from '../outcome.ts';

/** Everything that passes is JSON already, and stays readable to whoever looks at the tables with SQL. */
export const recordSerializer: NonNullable<DBOSConfig['serializer']> = {
  name: () => 'tickmesh_json',
  stringify: (value) => JSON.stringify(value ?? null),
  parse: (text) => (text === null || text === undefined ? null : (JSON.parse(text) as unknown)),
};

/** A workflow's failure on its way into the record: DBOS keeps an error's own fields. */
export class RecordedFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** @throws Fault INVARIANT for a status that this version of DBOS does not have */
export function outcomeOfRow(row: Row): Outcome {
  switch (row.status) {
    case StatusString.ENQUEUED:
    case StatusString.DELAYED:
      return { status: 'PENDING' };
    // DBOS calls what is being run pending.
    case StatusString.PENDING:
      return { status: 'RUNNING' };
    case StatusString.SUCCESS:
      return { status: 'SUCCESS', value: (row.output ?? null) as Json };
    case StatusString.ERROR:
      return { status: 'ERROR', failure: failureOfRow(row.error) };
    case StatusString.MAX_RECOVERY_ATTEMPTS_EXCEEDED:
      return {
        status: 'ERROR',
        failure: { code: 'UNEXPECTED', details: { message: 'its process died too often' } },
      };
    case StatusString.CANCELLED:
      return { status: 'CANCELLED' };
    default:
      throw new Fault('INVARIANT', { invariant: 'A status is known', status: row.status });
  }
}

function failureOfRow(error: unknown): Failure {
  const { failure } = error as Partial<RecordedFailure>;
  if (failure !== undefined) return failure;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', details: { message } };
}
