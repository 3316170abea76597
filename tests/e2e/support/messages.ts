/** Sound messages of each kind, to be varied by a test. */
import type { OutgoingMessage } from '@tickmesh/bus';
import type { OfiEvent, OrderIntent, RawFrame } from '@tickmesh/contracts';
import { derivedUuid, parseDecimal } from '@tickmesh/kernel';
import { testHeaders } from './test-mesh.ts';

const MARKET = { symbol: 'AAPL', exchange: 'SIM' } as const;

export const nowMicros = (): number => Date.now() * 1000;

/** A quote of the simulated exchange, as its connector receives it. */
export function rawQuote(
  id: number,
  bid: number,
  more: Partial<RawFrame> = {},
): OutgoingMessage<'market_raw'> {
  const time = nowMicros();
  const payload = {
    ...{ type: 'quote', symbol: MARKET.symbol, time, sequence: id },
    ...{ bid: bid.toFixed(2), bid_size: '500', ask: (bid + 0.02).toFixed(2), ask_size: '500' },
  };
  return {
    topic: 'market_raw',
    value: {
      ...MARKET,
      connection_id: 'test',
      connection_sequence: id,
      kind: 'FRAME',
      stream: 'test',
      received_at: time,
      received_at_ns: BigInt(time) * 1000n,
      venue_time: time,
      venue_sequence: id,
      time_shift_micros: 0,
      historical: false,
      payload: Buffer.from(JSON.stringify(payload)),
      ...more,
    },
    headers: testHeaders(`raw/${String(id)}`),
  };
}

export function tick(id: number, bid: number): OutgoingMessage<'market_events'> {
  const time = nowMicros();
  return {
    topic: 'market_events',
    value: {
      event_type: 'tick_event',
      ...MARKET,
      timestamp: time,
      received_at: time,
      tick: {
        bid,
        ask: bid + 0.02,
        bid_size: 500,
        ask_size: 500,
        last: null,
        last_size: null,
        level2: null,
      },
      bar: null,
      book_status: null,
      data_quality: null,
      metadata: null,
    },
    headers: testHeaders(`tick/${String(id)}`),
  };
}

/** A closed second of order flow. */
export function flow(
  id: number,
  z: number,
  more: Partial<OfiEvent> = {},
): OutgoingMessage<'ofi_events'> {
  const time = nowMicros();
  return {
    topic: 'ofi_events',
    value: {
      event_type: 'ofi_event',
      ...MARKET,
      timestamp: time,
      received_at: time,
      ofi_z: z,
      ofi_raw: z,
      ofi_ma: 0,
      ofi_std: 1,
      ofi_per_depth: z,
      window: '1s',
      window_start: time - 1_000_000,
      levels: 1,
      event_count: 5,
      z_lookback: 60,
      quality: 'good',
      metadata: null,
      ...more,
    },
    headers: testHeaders(`flow/${String(id)}`),
  };
}

/** An order of one share at the market. */
export function intent(
  name: string,
  more: Partial<OrderIntent> = {},
): OutgoingMessage<'order_intents'> {
  return {
    topic: 'order_intents',
    value: {
      event_type: 'order_intent',
      intent_id: derivedUuid('test', name),
      ...MARKET,
      action: 'NEW',
      direction: 'BUY',
      quantity: parseDecimal('1'),
      order_type: 'MARKET',
      timestamp: nowMicros(),
      strategy_id: 'PERSON',
      account: null,
      target_intent_id: null,
      limit_price: null,
      stop_price: null,
      time_in_force: 'GTC',
      urgency: 'NORMAL',
      deadline: null,
      causation_id: null,
      reason: null,
      target_weight: null,
      current_weight: null,
      signal_strength: null,
      risk_checks: null,
      execution_params: null,
      metadata: null,
      ...more,
    },
    headers: testHeaders(`intent/${name}`),
  };
}
