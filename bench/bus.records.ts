/** The records of the bus's bench, for both sides. */
import type { OutgoingMessage } from '@tickmesh/bus';
import { codecOf } from '@tickmesh/contracts';
import type { Message } from 'kafkajs';

export const TOPIC = 'ticks.v1.raw';
/** Records of one call, on either side. */
export const BATCH = 1_000;

export interface BareTask {
  readonly kind: 'publish' | 'consume';
  readonly broker: string;
  readonly topic: string;
  readonly records: number;
  readonly schemaId: number;
}

export function ticker(i: number): OutgoingMessage<typeof TOPIC> {
  const bid = 60_000 + (i % 1_000) / 10;
  return {
    topic: TOPIC,
    value: {
      symbol: `SYM${i % 50}`,
      exchange: 'BINANCE',
      timestamp: 1_760_000_000_000_000 + i * 1_000,
      received_at: 1_760_000_000_000_500 + i * 1_000,
      bid,
      bid_size: 1 + (i % 7),
      ask: bid + 0.1,
      ask_size: 1 + (i % 5),
      last: bid,
      last_size: 0.01 * (i % 100),
      last_side: 'BUY',
      trade_id: i,
      update_id: i,
    },
    headers: {
      event_id: `bench/market_raw/0/${i}#0`,
      run_id: 'bench',
      mode: 'replay',
      source_position: `market_raw/0/${i}/0`,
    },
  };
}

/** The same record, made into bytes before the clock starts. */
export function bareMessage(
  { value, headers }: OutgoingMessage<typeof TOPIC>,
  schemaId: number,
): Message {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return {
    key: `${value.exchange}|${value.symbol}`,
    value: Buffer.concat([frame, codecOf('Ticker').encode(value)]),
    headers: { ...headers },
  };
}
