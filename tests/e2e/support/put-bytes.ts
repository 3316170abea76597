/** Records as bytes, whatever they are: what a broken or hostile producer may send. */
import { type IHeaders, Kafka, logLevel } from 'kafkajs';

export interface BytesProducer {
  /** Appends a record and answers with its offset. */
  put(record: PutRecord): Promise<bigint>;
  close(): Promise<void>;
}

export interface PutRecord {
  /** As the broker knows it, prefix included. */
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

export async function openBytesProducer(broker: string): Promise<BytesProducer> {
  const kafka = new Kafka({ brokers: [broker], clientId: 'bytes', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return {
    put: async ({ topic, partition, key, value, headers }) => {
      const [sent] = await producer.send({
        topic,
        messages: [{ partition, key, value, headers }],
      });
      return BigInt(sent?.baseOffset ?? -1);
    },
    close: () => producer.disconnect(),
  };
}
