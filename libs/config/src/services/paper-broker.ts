import { integer, number, oneOf, text } from '../field.ts';
import { kafkaSection } from '../kafka-section.ts';
import { PORTS } from '../ports.ts';
import { type Section, section } from '../section.ts';
import {
  databaseSection,
  httpSection,
  registrySection,
  telemetrySection,
} from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';
import { paperSection } from './order-plane.ts';

/** How the broker misbehaves. A call of its own changes it while the process runs. */
export interface BrokerFaultsConfig {
  /** Share of what it says that never leaves, 0 to 1. */
  readonly dropShare: number;
  /** Share of what it says that leaves twice. */
  readonly repeatShare: number;
  /** Everything it says leaves so much later. */
  readonly delayMs: number;
  /**
   * An order that is handed over again: `repeat` says again what was said, `reject` calls it a duplicate and rejects it,
   * `accept` takes it as another order.
   */
  readonly duplicates: 'repeat' | 'reject' | 'accept';
}

export interface PaperSessionsConfig {
  readonly port: number;
  readonly faults: BrokerFaultsConfig;
  /** Equal seeds drop and repeat alike. */
  readonly seed: string;
}

const SHARE = { min: 0, max: 1 };

const sessionsSection: Section<PaperSessionsConfig> = section({
  title: 'Sessions',
  fields: {
    port: integer(
      {
        variable: 'PAPER_SESSIONS_PORT',
        fallback: String(PORTS.paperSessions),
        doc: 'Where order planes open sessions, on the address of HTTP; 0: any free port.',
      },
      { min: 0, max: 65_535 },
    ),
    dropShare: number(
      {
        variable: 'PAPER_FAULT_DROP_SHARE',
        fallback: '0',
        doc: 'Share of what the broker says that never leaves it.',
      },
      SHARE,
    ),
    repeatShare: number(
      {
        variable: 'PAPER_FAULT_REPEAT_SHARE',
        fallback: '0',
        doc: 'Share of what the broker says that leaves it twice.',
      },
      SHARE,
    ),
    delayMs: integer(
      {
        variable: 'PAPER_FAULT_DELAY_MS',
        fallback: '0',
        doc: 'Everything that the broker says leaves it so much later.',
      },
      { min: 0, max: 600_000 },
    ),
    duplicates: oneOf(
      {
        variable: 'PAPER_FAULT_DUPLICATES',
        fallback: 'repeat',
        doc: 'What it makes of an order that is handed over again.',
      },
      ['repeat', 'reject', 'accept'],
    ),
    seed: text({
      variable: 'PAPER_FAULT_SEED',
      fallback: 'faults',
      doc: 'Equal seeds drop and repeat alike.',
    }),
  },
  build: ({ port, seed, ...faults }) => ({ port, seed, faults }),
});

export const paperBrokerSchema = {
  subject: 'paper-broker',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    database: databaseSection,
    http: httpSection('paper-broker'),
    signIn: signInSection,
    telemetry: telemetrySection,
    paper: paperSection,
    sessions: sessionsSection,
  },
} as const;
