/**
 * What should not happen and did. The facts are recorded all the same; a `severe` anomaly halts the instrument
 * for new risk and asks for a person.
 */
export interface Anomaly {
  readonly code: AnomalyCode;
  readonly severity: 'warning' | 'severe';
  readonly detail: string;
}

export type AnomalyCode = keyof typeof ANOMALIES;

/** Every code with its severity. */
export const ANOMALIES = {
  /** One identity, two contents: the earliest counts. */
  'fact-conflict': 'warning',
  /** One execution id, two contents: the earliest counts, never both. */
  'fill-conflict': 'severe',
  'bust-without-fill': 'warning',
  'correction-without-fill': 'warning',
  /** More was filled than was wanted. It is booked. */
  overfill: 'severe',
  'fill-after-denial': 'severe',
  'fill-after-reject': 'severe',
  'fill-without-sending': 'severe',
  /** The venue's totals are above the executions that it told. */
  'missing-fills': 'warning',
  /** The broker acknowledged what it had proved absent. */
  'answer-after-absence': 'severe',
  /** A visible change of status that the table of transitions does not list. */
  'transition-not-permitted': 'warning',
} as const satisfies Record<string, 'warning' | 'severe'>;

export function anomaly(code: AnomalyCode, detail: string): Anomaly {
  return { code, severity: ANOMALIES[code], detail };
}
