/** Contract records as JSON columns: decimals as texts, so that nothing passes through a double. */
import type { ExecutionReport } from '@tickmesh/contracts';
import { derivedUuid, formatDecimal, parseDecimal } from '@tickmesh/kernel';

const DECIMALS: ReadonlySet<string> = new Set([
  'quantity',
  'price',
  'limit_price',
  'stop_price',
  'requested_quantity',
  'filled_quantity',
  'remaining_quantity',
  'average_fill_price',
  'commission',
  'rebate',
]);

/** Keys sorted, so that equal records give equal texts. */
export function recordToJson(record: object): string {
  return JSON.stringify(record, (_, value: unknown) => {
    if (typeof value === 'bigint') return formatDecimal(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The inverse, of JSON already parsed. */
export function reportFromJson(json: unknown): ExecutionReport {
  return restored(json) as ExecutionReport;
}

/** Tells contents apart; equal texts have equal hashes. */
export function contentHash(text: string): string {
  return derivedUuid('content', text);
}

function restored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      name,
      DECIMALS.has(name) && typeof held === 'string' ? parseDecimal(held) : restored(held),
    ]),
  );
}
