/** What the functions of the database refuse, and what breaks its constraints, as faults of the mesh. */
import { ERRORS, type ErrorCode, Fault, faultOf } from '@tickmesh/kernel';

/** The class under which store.refuse raises: message a fault code, detail its facts as JSON. */
const REFUSED = 'TM000';

/** By constraint: what a caller can break that only the database can see. */
const BY_CONSTRAINT: Readonly<Record<string, readonly [name: string, rule: string]>> = {
  log_valid_time: ['valid_to', 'after valid_from, which is the recorded time unless it is given'],
};

/** Runs something that asks the database. @throws Fault with the code that the database refused with */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw refusalOf(faultOf(thrown));
  }
}

/** Faults that are no refusal stay as they are. */
export function refusalOf(fault: Fault): Fault {
  const { state, message, detail, constraint } = fault.details;
  if (fault.code !== 'DATABASE_REFUSED') return fault;
  const rule = typeof constraint === 'string' ? BY_CONSTRAINT[constraint] : undefined;
  if (rule !== undefined) return new Fault('ARGUMENT_INVALID', { name: rule[0], rule: rule[1] });
  if (state !== REFUSED || !isErrorCode(message) || typeof detail !== 'string') return fault;
  return new Fault(message, JSON.parse(detail) as Record<string, unknown>);
}

const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);
