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
    if (thrown instanceof errors.DBOSInitializationError) {
      return new Fault('DATABASE_REFUSED', { message }, thrown);
    }
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

/**
 * The first error of the driver or the socket, in the chain of causes and in lists of errors.
 * They are told by their fields: an error of Node itself may be of another realm's class.
 */
function driverError(thrown: unknown): DriverError | undefined {
  const waiting: unknown[] = [thrown];
  for (const one of waiting) {
    if (typeof one !== 'object' || one === null || waiting.length > 20) continue;
    const { code, message, cause, error, errors: list } = one as Partial<Record<string, unknown>>;
    if (typeof code === 'string') {
      return { code, message: typeof message === 'string' ? message : code };
    }
    // `error` is where DBOS keeps why it could not start.
    waiting.push(...(Array.isArray(list) ? (list as unknown[]) : []), cause, error);
  }
  return undefined;
}
