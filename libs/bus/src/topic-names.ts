/** What a declared topic is called on the broker, and back. */
import { TOPICS, type TopicDeclaration, type TopicName } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import type { BusKafkaConfig } from './config.ts';
import type { BusMetrics } from './observe.ts';

export interface TopicNames {
  onBroker(topic: TopicName): string;
  /** undefined for a topic that nobody declared. */
  declared(nameOnBroker: string): TopicName | undefined;
}

export function topicNames(
  kafka: Pick<BusKafkaConfig, 'tickerTopic' | 'orderbookTopic' | 'dlqTopic'>,
  prefix: string,
): TopicNames {
  const renamed: Readonly<Partial<Record<TopicName, string>>> = {
    'ticks.v1.raw': kafka.tickerTopic,
    'orderbook.v1.raw': kafka.orderbookTopic,
    'events.v1.dlq': kafka.dlqTopic,
  };
  const there = new Map<TopicName, string>();
  const back = new Map<string, TopicName>();
  for (const topic of declaredTopics()) {
    const name = `${prefix}${renamed[topic] ?? topic}`;
    const other = back.get(name);
    if (other !== undefined) {
      throw new Fault('CONFIG_INVALID', { problems: [`${topic} and ${other} are both ${name}`] });
    }
    there.set(topic, name);
    back.set(name, topic);
  }
  return { onBroker: (topic) => there.get(topic) ?? topic, declared: (name) => back.get(name) };
}

/** Metrics say a topic's declared name, whatever it is called on the broker. */
export function metricsByDeclaredName(metrics: BusMetrics, names: TopicNames): BusMetrics {
  const declared = (topic: string): string => names.declared(topic) ?? topic;
  return {
    ...metrics,
    deliveryFailed: (topic, count) => {
      metrics.deliveryFailed(declared(topic), count);
    },
    queueDropped: (topic, count) => {
      metrics.queueDropped(declared(topic), count);
    },
    committed: (topic) => {
      metrics.committed(declared(topic));
    },
    batchSent: (topic, records) => {
      metrics.batchSent(declared(topic), records);
    },
  };
}

export function declaredTopics(): readonly TopicName[] {
  return Object.keys(TOPICS) as TopicName[];
}

export function isDeadLetterQueue(topic: TopicName): boolean {
  return declarationOf(topic).schema === 'any';
}

export function declarationOf(topic: TopicName): TopicDeclaration {
  return TOPICS[topic];
}

/**
 * Of a name that a person typed.
 * @throws Fault TOPIC_UNKNOWN
 */
export function topicNamed(text: string): TopicName {
  if (Object.hasOwn(TOPICS, text)) return text as TopicName;
  throw new Fault('TOPIC_UNKNOWN', { topic: text });
}
