/** What DBOS throws, as faults of the mesh; and what must pass through a workflow's function untouched. */
import { Fault, isFault } from '@tickmesh/kernel';
import { Error as errors } from '@dbos-inc/dbos-sdk';

/** Classes of SQLSTATE, and Node's names, of a server that is away or full. */
const AWAY = /^(08|53|57P)|^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE)/;

/** DBOS ends an execution by these: it was cancelled, or another process has taken the workflow over. */
export function isControl(thrown: unknown): boolean {
  return (
    thrown instanceof errors.DBOSWorkflowCancelledError ||
    thrown instanceof errors.DBOSWorkflowConflictError
  );
}

/** @param details what the fault is about, as the ids that were asked for */
export function dbosFault(thrown: unknown, details: Readonly<Record<string, unknown>> = {}): Fault {
  if (isFault(thrown)) return thrown;
  if (thrown instanceof errors.DBOSNonExistentWorkflowError) {
    return new Fault('NOT_FOUND', details, thrown);
  }
  if (thrown instanceof errors.DBOSConflictingWorkflowError) {
    return new Fault('WORKFLOW_ID_TAKEN', details, thrown);
  }
  if (thrown instanceof errors.DBOSUnexpectedStepError) {
    return new Fault('WORKFLOW_DIVERGED', { message: thrown.message }, thrown);
  }
  const cause = driverError(thrown);
  if (cause === undefined) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new Fault('UNEXPECTED', { ...details, message }, thrown);
  }
  const facts = { ...details, code: cause.code, message: cause.message };
  return new Fault(
    AWAY.test(cause.code) ? 'DATABASE_UNREACHABLE' : 'DATABASE_REFUSED',
    facts,
    thrown,
  );
}

interface DriverError {
  readonly code: string;
  readonly message: string;
}

/** The first error of the driver or the socket, in the chain of causes and in lists of errors. */
function driverError(thrown: unknown): DriverError | undefined {
  const waiting: unknown[] = [thrown];
  for (const one of waiting) {
    if (!(one instanceof Error) || waiting.length > 20) continue;
    if ('code' in one && typeof one.code === 'string') {
      return { code: one.code, message: one.message };
    }
    if (one instanceof AggregateError) waiting.push(...(one.errors as unknown[]));
    if (one.cause !== undefined) waiting.push(one.cause);
  }
  return undefined;
}
