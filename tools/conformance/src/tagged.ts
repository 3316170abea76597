/**
 * Golden files are strict JSON; what it has no number for is tagged: {"$float": "nan"}, {"$int": "digits"}.
 * @returns the value with every tagged number read; an integer beyond a double's is a bigint
 */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const { $float: float, $int: integer } = value as { $float?: unknown; $int?: unknown };
  if (typeof float === 'string') return FLOATS[float];
  if (typeof integer === 'string') return BigInt(integer);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untag(inner)]));
}

const FLOATS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '-inf': -Infinity,
  '-0': -0,
};
