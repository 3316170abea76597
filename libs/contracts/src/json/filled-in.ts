import type { RecordTypes } from '../gen/types.ts';

const FILLED_IN: { readonly [Name in keyof RecordTypes]?: readonly string[] } = {
  ExecutionReport: ['exchange'],
  MarketEvent: ['exchange', 'received_at'],
  OfiEvent: ['exchange', 'received_at'],
  OrderBook: ['exchange', 'received_at'],
  OrderIntent: ['exchange'],
  Ticker: ['exchange', 'received_at'],
};

/** Required fields that a JSON message may leave out, because its reader knows them. */
export function filledIn(name: keyof RecordTypes): readonly string[] {
  return FILLED_IN[name] ?? [];
}
