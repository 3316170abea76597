/** The golden expressions. Golden files write what JSON has no number for as a tagged object. */
import type { Row, Scalar } from './types.ts';

export interface GoldenCase {
  readonly id: string;
  readonly expr: unknown;
  /** The reference's own texts. */
  readonly sql: string;
  readonly pure: string;
  readonly contexts: readonly {
    readonly ctx: Row;
    readonly ours: {
      readonly value?: Scalar;
      readonly null?: true;
      readonly refused?: true;
      readonly free?: true;
    };
  }[];
}

export function goldenCases(text: string): readonly GoldenCase[] {
  return (untag(JSON.parse(text)) as { readonly cases: readonly GoldenCase[] }).cases;
}

const FLOATS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '-inf': -Infinity,
  '-0': -0,
};

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const { $float: float, $int: integer } = value as { $float?: string; $int?: string };
  if (float !== undefined) return FLOATS[float];
  if (integer !== undefined) return Number(integer);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untag(inner)]));
}
