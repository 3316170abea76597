import { type TopicName, TOPICS } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';

/** @throws Fault TOPIC_UNKNOWN naming those that exist */
export function topicOf(name: string): TopicName {
  if (Object.hasOwn(TOPICS, name)) return name as TopicName;
  throw new Fault('TOPIC_UNKNOWN', { topic: name, known: Object.keys(TOPICS).join(' ') });
}

/** `beginning`, `end` or an offset. @throws Fault ARGUMENT_INVALID */
export function startOf(text: string): 'beginning' | 'end' | bigint {
  if (text === 'beginning' || text === 'end') return text;
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--from',
    expected: 'beginning, end or an offset',
    found: text,
  });
}

/** A whole number above 0. @throws Fault ARGUMENT_INVALID */
export function countOf(argument: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Fault('ARGUMENT_INVALID', {
    argument,
    expected: 'a whole number above 0',
    found: text,
  });
}

/** `max`, or a number above 0. @throws Fault ARGUMENT_INVALID */
export function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--speed',
    expected: 'a number above 0, or max',
    found: text,
  });
}
