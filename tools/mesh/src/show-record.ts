import type { TransportRecord } from '@tickmesh/bus';
import {
  type RecordInputs,
  type RecordName,
  TOPICS,
  type TopicName,
  toJson,
} from '@tickmesh/contracts';
import type { TailedRecord } from '@tickmesh/bus';

/** Headers as text; a header that is no text is shown in base64. */
export function headerTexts(headers: TransportRecord['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const values = Buffer.isBuffer(value) ? [value] : value;
      return [name, (values as readonly Buffer[]).map(textOrBase64).join(', ')];
    }),
  );
}

export function textOrBase64(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const readable =
    Buffer.from(text, 'utf8').equals(bytes) && !/[\u0000-\u0008\u000e-\u001f]/.test(text);
  return readable ? text : `base64:${bytes.toString('base64')}`;
}

/** A tailed record as one JSON object: place, time, key, headers, and the message or why it is none. */
export function recordJson(topic: TopicName, tailed: TailedRecord): string {
  const { record } = tailed;
  const head = JSON.stringify({
    topic,
    partition: record.partition,
    offset: record.offset.toString(),
    time: new Date(record.timestampMs).toISOString(),
    key: record.key === null ? null : textOrBase64(record.key),
    headers: headerTexts(record.headers),
  });
  return `${head.slice(0, -1)},${bodyOf(topic, tailed)}}`;
}

function bodyOf(topic: TopicName, tailed: TailedRecord): string {
  if (tailed.kind === 'message') return `"value":${valueJson(topic, tailed.delivery.value)}`;
  const { fault, record } = tailed;
  const bytes = record.value === null ? null : record.value.subarray(0, 4096).toString('base64');
  return `"error":${JSON.stringify({ code: fault.code, message: fault.message })},"bytes":${JSON.stringify(bytes)}`;
}

/** The message in its JSON form: decimals as plain numbers, times as RFC 3339. */
export function valueJson(topic: TopicName, value: unknown): string {
  const { schema } = TOPICS[topic];
  if (schema === 'any' || schema === 'json') return JSON.stringify(value);
  return toJson(schema, value as RecordInputs[RecordName]);
}
