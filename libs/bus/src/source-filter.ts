/**
 * Makes redelivery harmless: of the messages that were derived from one partition, those at or below
 * the highest position seen are repetitions. Holds because a producer derives in the order of its
 * source, a key stays on its partition, and the log keeps that order. State is one position for each
 * pair of partition consumed and partition derived from.
 */
import { Fault } from '@tickmesh/kernel';
import type { Delivery } from './port.ts';

/** `topic/partition/offset/index` of the header `source_position`. */
export interface SourcePosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Which of the messages that the record gave rise to. */
  readonly index: number;
}

/** Highest position by pair of partitions, as text; what a checkpoint holds. */
export type SourceFilterState = Readonly<Record<string, string>>;

export class SourceFilter {
  readonly #highest = new Map<string, { offset: bigint; index: number }>();

  constructor(state: SourceFilterState = {}) {
    for (const [pair, text] of Object.entries(state)) {
      const match = /^(\d+)\/(\d+)$/.exec(text);
      if (match === null) throw new Fault('CHECKPOINT_CORRUPT', { pair, position: text });
      this.#highest.set(pair, { offset: BigInt(match[1]!), index: Number(match[2]) });
    }
  }

  /**
   * Whether the message is new; if so, it counts as seen from now on. A message without a source
   * position is always new. A replayed letter is too, and changes nothing: it comes late by its nature.
   * @throws Fault MSG_RULE_BROKEN for a position that is not of its form
   */
  admits({
    topic,
    partition,
    headers,
  }: Pick<Delivery, 'topic' | 'partition' | 'headers'>): boolean {
    if (headers.source_position === undefined || headers.replayed_from !== undefined) return true;
    const source = parseSourcePosition(headers.source_position);
    const pair = `${topic}/${partition}<${source.topic}/${source.partition}`;
    const { offset, index } = source;
    const highest = this.#highest.get(pair);
    if (highest !== undefined) {
      if (offset < highest.offset) return false;
      if (offset === highest.offset && index <= highest.index) return false;
      highest.offset = offset;
      highest.index = index;
      return true;
    }
    this.#highest.set(pair, { offset, index });
    return true;
  }

  state(): SourceFilterState {
    return Object.fromEntries(
      [...this.#highest].map(([pair, { offset, index }]) => [pair, `${offset}/${index}`]),
    );
  }

  /** Forgets the partitions that were taken away. */
  forget(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    for (const { topic, partition } of partitions) {
      for (const pair of this.#highest.keys()) {
        if (pair.startsWith(`${topic}/${partition}<`)) this.#highest.delete(pair);
      }
    }
  }
}

export function formatSourcePosition({ topic, partition, offset, index }: SourcePosition): string {
  return `${topic}/${partition}/${offset}/${index}`;
}

/** @throws Fault MSG_RULE_BROKEN */
export function parseSourcePosition(text: string): SourcePosition {
  const match = /^([^/]+)\/(\d{1,9})\/(\d{1,19})\/(\d{1,9})$/.exec(text);
  if (match === null) {
    throw new Fault('MSG_RULE_BROKEN', {
      field: 'headers.source_position',
      rule: 'form',
      expected: 'topic/partition/offset/index',
      found: text.slice(0, 100),
    });
  }
  return {
    topic: match[1]!,
    partition: Number(match[2]),
    offset: BigInt(match[3]!),
    index: Number(match[4]),
  };
}
