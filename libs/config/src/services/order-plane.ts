import { integer, number, oneOf, optional, text, url } from '../field.ts';
import { kafkaSection } from '../kafka-section.ts';
import { broken, holds, type Section, section } from '../section.ts';
import {
  databaseSection,
  httpSection,
  registrySection,
  telemetrySection,
} from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export interface OrdersConfig {
  /** The document of accounts and limits. */
  readonly limitsFile: string;
  /** An account whose owner is silent for so long goes to another instance. */
  readonly leaseMs: number;
  /** An order without an answer of its broker for so long is UNKNOWN. */
  readonly answerTimeoutMs: number;
  /** Between two questions about unknown orders. */
  readonly askIntervalMs: number;
  /** Between two questions about everything that works: what the broker said may be lost without a trace. */
  readonly reconcileIntervalMs: number;
  /** Between two looks at the tables when nothing happened. */
  readonly pollIntervalMs: number;
  /** The paper broker's sessions, where it is a process of its own; undefined: it is in this one. */
  readonly brokerUrl: string | undefined;
  /** Where a test ends the process, as if its machine had; undefined in earnest. */
  readonly crashAt: string | undefined;
}

export const ordersSection: Section<OrdersConfig> = section({
  title: 'Orders',
  fields: {
    limitsFile: text({
      variable: 'LIMITS_FILE',
      fallback: 'config/limits.yaml',
      doc: 'The accounts, and the limits on their orders.',
    }),
    leaseMs: integer(
      {
        variable: 'ORDERS_LEASE_MS',
        fallback: '5000',
        doc: 'An account whose owner is silent for so long goes to another instance.',
      },
      { min: 500, max: 300_000 },
    ),
    answerTimeoutMs: integer(
      {
        variable: 'ORDERS_ANSWER_TIMEOUT_MS',
        fallback: '5000',
        doc: 'An order without an answer of its broker for so long is UNKNOWN.',
      },
      { min: 50, max: 300_000 },
    ),
    askIntervalMs: integer(
      {
        variable: 'ORDERS_ASK_INTERVAL_MS',
        fallback: '2000',
        doc: 'Between two questions about unknown orders, and two sendings of one cancel.',
      },
      { min: 50, max: 300_000 },
    ),
    reconcileIntervalMs: integer(
      {
        variable: 'ORDERS_RECONCILE_INTERVAL_MS',
        fallback: '30000',
        doc: 'Between two questions about every working order and the executions of late.',
      },
      { min: 100, max: 3_600_000 },
    ),
    pollIntervalMs: integer(
      {
        variable: 'ORDERS_POLL_INTERVAL_MS',
        fallback: '200',
        doc: 'Between two looks at the tables when nothing happened.',
      },
      { min: 5, max: 60_000 },
    ),
    brokerUrl: optional(
      url(
        {
          variable: 'ORDERS_BROKER_URL',
          doc: 'The paper broker as a process of its own, tcp://HOST:PORT; unset: it is in this process.',
        },
        ['tcp'],
      ),
    ),
    crashAt: optional(
      text({
        variable: 'CRASH_AT',
        doc: 'Named point at which the process ends at once; for tests, with NODE_ENV=test.',
      }),
    ),
    environment: oneOf(
      { variable: 'NODE_ENV', fallback: 'production', doc: 'What the process is run for.' },
      ['production', 'development', 'test'],
    ),
  },
  rules: [
    {
      needs: ['crashAt', 'environment'],
      check: ({ crashAt, environment }) =>
        crashAt !== undefined && environment !== 'test'
          ? broken('CRASH_AT', 'only together with NODE_ENV=test')
          : holds,
    },
  ],
  build: ({ environment: _, ...orders }) => orders,
});

export interface PaperConfig {
  /** Equal seeds and calls give equal fills. */
  readonly seed: string;
  readonly entryLatencyMs: readonly [min: number, max: number];
  readonly responseLatencyMs: readonly [min: number, max: number];
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}

const LATENCY_MS = { min: 0, max: 60_000 };
/** Below 0 the venue pays. */
const FEE_BPS = { min: -1_000, max: 1_000 };

export const paperSection: Section<PaperConfig> = section({
  title: 'Paper broker',
  fields: {
    seed: text({ variable: 'PAPER_SEED', fallback: 'paper', doc: 'Seed of the latencies.' }),
    entryMinMs: integer(
      { variable: 'PAPER_ENTRY_LATENCY_MIN_MS', fallback: '1', doc: 'Least time to the venue.' },
      LATENCY_MS,
    ),
    entryMaxMs: integer(
      { variable: 'PAPER_ENTRY_LATENCY_MAX_MS', fallback: '3', doc: 'Longest time to the venue.' },
      LATENCY_MS,
    ),
    responseMinMs: integer(
      { variable: 'PAPER_RESPONSE_LATENCY_MIN_MS', fallback: '1', doc: 'Least time back.' },
      LATENCY_MS,
    ),
    responseMaxMs: integer(
      { variable: 'PAPER_RESPONSE_LATENCY_MAX_MS', fallback: '3', doc: 'Longest time back.' },
      LATENCY_MS,
    ),
    makerFeeBps: number(
      {
        variable: 'PAPER_MAKER_FEE_BPS',
        fallback: '2',
        doc: 'Fee of orders that rested, in basis points of the notional; below 0 is a rebate.',
      },
      FEE_BPS,
    ),
    takerFeeBps: number(
      {
        variable: 'PAPER_TAKER_FEE_BPS',
        fallback: '5',
        doc: 'Fee of orders that crossed, in basis points of the notional.',
      },
      FEE_BPS,
    ),
  },
  rules: [
    {
      needs: ['entryMinMs', 'entryMaxMs'],
      check: ({ entryMinMs, entryMaxMs }) =>
        entryMinMs <= entryMaxMs
          ? holds
          : broken('PAPER_ENTRY_LATENCY_MAX_MS', 'not below the least'),
    },
    {
      needs: ['responseMinMs', 'responseMaxMs'],
      check: ({ responseMinMs, responseMaxMs }) =>
        responseMinMs <= responseMaxMs
          ? holds
          : broken('PAPER_RESPONSE_LATENCY_MAX_MS', 'not below the least'),
    },
  ],
  build: (values) => ({
    seed: values.seed,
    entryLatencyMs: [values.entryMinMs, values.entryMaxMs],
    responseLatencyMs: [values.responseMinMs, values.responseMaxMs],
    makerFeeBps: values.makerFeeBps,
    takerFeeBps: values.takerFeeBps,
  }),
});

export const orderPlaneSchema = {
  subject: 'order-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    database: databaseSection,
    http: httpSection('order-plane'),
    signIn: signInSection,
    telemetry: telemetrySection,
    orders: ordersSection,
    paper: paperSection,
  },
} as const;
