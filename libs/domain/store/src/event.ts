/** One version of an entity, and what the two times of it mean. */

export const EVENT_TYPES = ['CREATED', 'UPDATED', 'DELETED', 'STATE_CHANGE', 'CORRECTED'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Microseconds since the epoch, UTC. */
export type Micros = number;

/** What the as-of rule reads of an event. */
export interface TimedEvent {
  /** From 1, without gaps, in the order of recording. */
  readonly version: number;
  readonly eventType: EventType;
  /** When it was recorded. */
  readonly txTime: Micros;
  /** From when on it holds. */
  readonly validFrom: Micros;
  /** Until when it holds, exclusive; null: without end. */
  readonly validTo: Micros | null;
}

/** The two times of a question. A time that is left out does not narrow it. */
export interface TimePoint {
  /** What had been recorded by then, that instant included. */
  readonly txTime?: Micros | undefined;
  /** How it was then. */
  readonly validTime?: Micros | undefined;
}

/** What is done to an entity that is there already. */
export type Change = 'update' | 'transition' | 'delete';

/**
 * The type of the event that a change becomes. An update is a correction when it holds from a time before
 * it was recorded; a backdated change of state or deletion keeps its own name.
 */
export function eventTypeOf(
  change: Change | 'write',
  times: { readonly txTime: Micros; readonly validFrom: Micros },
): EventType {
  switch (change) {
    case 'write':
      return 'CREATED';
    case 'transition':
      return 'STATE_CHANGE';
    case 'delete':
      return 'DELETED';
    case 'update':
      return times.validFrom < times.txTime ? 'CORRECTED' : 'UPDATED';
  }
}
