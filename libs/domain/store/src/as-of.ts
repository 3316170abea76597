import type { TimedEvent, TimePoint } from './event.ts';

export interface AsOfOptions {
  /** Whether a tombstone is an answer; otherwise it answers nothing. */
  readonly includeDeleted?: boolean;
}

/**
 * The event that answers a question about an entity at two times: among those recorded by `txTime` and
 * with `validFrom <= validTime < validTo`, the one of the highest version.
 * @param events of one entity, in any order
 */
export function asOf<Event extends TimedEvent>(
  events: Iterable<Event>,
  at: TimePoint,
  options: AsOfOptions = {},
): Event | undefined {
  let answer: Event | undefined;
  for (const event of events) {
    if (!isKnownAndHolds(event, at)) continue;
    if (answer === undefined || event.version > answer.version) answer = event;
  }
  const isGone = answer?.eventType === 'DELETED' && options.includeDeleted !== true;
  return isGone ? undefined : answer;
}

function isKnownAndHolds(event: TimedEvent, { txTime, validTime }: TimePoint): boolean {
  if (txTime !== undefined && event.txTime > txTime) return false;
  if (validTime === undefined) return true;
  return event.validFrom <= validTime && (event.validTo === null || validTime < event.validTo);
}
