import { type ErrorCode, Fault, isFault } from '@tickmesh/kernel';

/** SQLSTATE classes and codes (PostgreSQL appendix A) by what they mean for the caller. */
const BY_STATE: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['40001', 'DATABASE_CONFLICT'], // serialization_failure
  ['40P01', 'DATABASE_CONFLICT'], // deadlock_detected
  ['55P03', 'DATABASE_CONFLICT'], // lock_not_available
  ['08', 'DATABASE_UNREACHABLE'], // connection exceptions
  ['57P', 'DATABASE_UNREACHABLE'], // shut down, cannot connect now
  ['57014', 'DATABASE_UNREACHABLE'], // statement timeout
  ['25P03', 'DATABASE_UNREACHABLE'], // idle in transaction timeout
  ['53', 'DATABASE_UNREACHABLE'], // too many connections, disk or memory full
];

/** Node's system errors, and the driver's own, that mean that nobody answered. */
const UNREACHABLE = /^(E[A-Z]+|ERR_SOCKET.*)$/;
const TERMINATED = /terminat|timeout|ended|not queryable|closed the connection|starting up/i;

/** The Fault of anything that the driver throws. */
export function databaseFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const { code, message, constraint, table, detail } = thrown as Partial<Record<string, string>>;
  const state = typeof code === 'string' ? code : '';
  const known = BY_STATE.find(([prefix]) => state.startsWith(prefix));
  const details = {
    message: message ?? String(thrown),
    ...(state === '' ? {} : { state }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(detail === undefined ? {} : { detail }),
  };
  if (known !== undefined) return new Fault(known[1], details, thrown);
  const away = UNREACHABLE.test(state) || (state === '' && TERMINATED.test(details.message));
  return new Fault(away ? 'DATABASE_UNREACHABLE' : 'DATABASE_REFUSED', details, thrown);
}
