/** Faults as they are kept in a record: JSON in, the same fault out, in this process or in a later one. */
import { ERRORS, Fault, type FaultDetails, faultOf } from '@tickmesh/kernel';
import type { Json } from './json.ts';

/** Of a fault, without stacks: they name files of the process that is gone. */
export interface Failure {
  readonly code: string;
  readonly details: Json;
}

const TEXT_CHARACTERS_MAX = 8_192;

export function failureOf(thrown: unknown): Failure {
  const { code, details } = faultOf(thrown);
  return { code, details: recordable(details) };
}

/** @returns the fault; UNEXPECTED with all that is known for a code that this version does not have */
export function faultOfFailure(failure: Failure): Fault {
  const { code } = failure;
  if (isCode(code)) return new Fault(code, failure.details as FaultDetails);
  return new Fault('UNEXPECTED', { code, details: failure.details });
}

function isCode(code: string): code is Fault['code'] {
  return Object.hasOwn(ERRORS, code);
}

/** Details are for people: what JSON has no word for is shown as text, what is long is cut. */
function recordable(details: FaultDetails): Json {
  try {
    const text = JSON.stringify(details, (_, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
      if (typeof value === 'string' && value.length > TEXT_CHARACTERS_MAX) {
        return value.slice(0, TEXT_CHARACTERS_MAX);
      }
      return value;
    });
    return JSON.parse(text) as Json;
  } catch {
    return { details: 'not JSON' };
  }
}
