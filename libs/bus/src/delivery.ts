/**
 * What becomes of a record: the one place that decides. Everything else asks here and obeys.
 *
 * | what happened | what follows |
 * | --- | --- |
 * | a replayed letter names another group | skipped: it was sent to the group that had failed |
 * | no value, on a compacted topic | skipped: it deletes a key, and is no message |
 * | not framed, unknown schema, undecodable, a rule broken, refused by the handler | dead-lettered at once |
 * | a dependency is away (`unavailable`) | waits in place, partition paused, never dead-lettered |
 * | a bug | tried a few times, then dead-lettered |
 * | the log or a state is corrupt | the consumer stops: a person must look |
 * | any of these, but the topic declares no queue | the consumer stops: nothing is dropped |
 * | a batch fails and the fault may be one record's | each record is applied alone to find it |
 */
import { Fault } from '@tickmesh/kernel';
import type { BusLimits } from './limits.ts';
import { headerText } from './observe.ts';
import type { TransportRecord } from './port.ts';

export const TARGET_GROUP_HEADER = 'target_group';

/** Where a record stands before it is decoded. */
export type Admission =
  | { readonly kind: 'decode' }
  | { readonly kind: 'skip'; readonly reason: 'other-group' | 'tombstone' };

const DECODE: Admission = { kind: 'decode' };

export function admit(record: TransportRecord, groupId: string, isCompacted: boolean): Admission {
  const target = headerText(record.headers, TARGET_GROUP_HEADER);
  if (target !== undefined && target !== groupId) return { kind: 'skip', reason: 'other-group' };
  if (record.value === null && isCompacted) return { kind: 'skip', reason: 'tombstone' };
  return DECODE;
}

/** Circumstances of a failed attempt. */
export interface Attempt {
  /** Failures of these records so far that waiting does not cure, this one included. */
  readonly failures: number;
  /** Waits for a dependency so far, in a row. */
  readonly waits: number;
  /** Records that were tried together. */
  readonly records: number;
  /** Whether the topics of these records declare a dead-letter queue. */
  readonly hasQueue: boolean;
}

export type Verdict =
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'isolate' }
  | { readonly kind: 'dead-letter' }
  | { readonly kind: 'halt' };

/** `random` is uniform in [0, 1) and spreads the retries of several members. */
export function judge(fault: Fault, attempt: Attempt, limits: BusLimits, random: number): Verdict {
  const { retry, deadLetter } = fault.reaction;
  if (retry === 'halt') return { kind: 'halt' };
  if (retry === 'backoff') {
    return { kind: 'wait', delayMs: backoffMs(attempt.waits + 1, limits, random) };
  }
  if (attempt.records > 1) return { kind: 'isolate' };
  if (retry === 'bounded' && attempt.failures < limits.bugAttemptsMax) {
    return { kind: 'retry', delayMs: backoffMs(attempt.failures, limits, random) };
  }
  return deadLetter && attempt.hasQueue ? { kind: 'dead-letter' } : { kind: 'halt' };
}

/** Doubles from the first pause (`tries` 1) to the longest; drawn from the upper half of each. */
export function backoffMs(tries: number, limits: BusLimits, random: number): number {
  const { backoffFirstMs, backoffMaxMs } = limits;
  const ceiling = Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.min(tries - 1, 30));
  return Math.ceil(ceiling * (0.5 + random / 2));
}

/** Of a fault that stops a consumer because its record has nowhere to go. */
export function withoutQueue(record: TransportRecord, fault: Fault): Fault {
  const { topic, partition, offset } = record;
  return new Fault(
    'LOG_GAP',
    { topic, partition, offset, reason: 'no dead-letter queue', refused: fault.code },
    fault,
  );
}
