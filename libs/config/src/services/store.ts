import { integer, oneOf, optional, text, url } from '../field.ts';
import { kafkaSection } from '../kafka-section.ts';
import { broken, holds, type Section, section } from '../section.ts';
import {
  databaseSection,
  httpSection,
  registrySection,
  telemetrySection,
} from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export interface StoreConfig {
  /** Holds the password: never log it. */
  readonly migrationUrl: string | undefined;
  /** Who owns the records of orders, trades and positions, and who reads them. */
  readonly recordsFile: string;
  /** Between two looks at the log when nothing was notified. */
  readonly pollIntervalMs: number;
  /** Between two messages that tell a subscriber how far its stream has come. */
  readonly beatIntervalMs: number;
  /** An instance that relays events and is silent for so long is followed by another. */
  readonly leaseMs: number;
  readonly workflowVersion: string;
  readonly workflowExecutor: string;
  /** Where a test ends the process, as if its machine had; undefined in earnest. */
  readonly crashAt: string | undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const storeSection: Section<StoreConfig> = section({
  title: 'Store',
  fields: {
    migrationUrl: optional(
      url(
        {
          variable: 'STORE_MIGRATION_URL',
          doc: 'As DATABASE_URL, of a user who may create roles: brings the schema up to date at the start, and makes the user of DATABASE_URL. Unset: both must be there.',
          secret: true,
        },
        ['postgres', 'postgresql'],
      ),
    ),
    recordsFile: text({
      variable: 'STORE_RECORDS_FILE',
      fallback: 'config/records.yaml',
      doc: 'Who owns the records of orders, trades and positions, and who reads them.',
    }),
    pollIntervalMs: integer(
      {
        variable: 'STORE_POLL_INTERVAL_MS',
        fallback: '1000',
        doc: 'Between two looks at the log when nothing was notified.',
      },
      { min: 10, max: 60_000 },
    ),
    beatIntervalMs: integer(
      {
        variable: 'STORE_BEAT_INTERVAL_MS',
        fallback: '15000',
        doc: 'Between two messages that tell a subscriber how far its stream has come.',
      },
      { min: 50, max: 600_000 },
    ),
    leaseMs: integer(
      {
        variable: 'STORE_LEASE_MS',
        fallback: '5000',
        doc: 'The instance that relays events, when it is silent for so long, is followed by another.',
      },
      { min: 200, max: 300_000 },
    ),
    workflowVersion: text(
      {
        variable: 'STORE_WORKFLOW_VERSION',
        fallback: 'v1',
        doc: 'Changes when the steps of a workflow change, and only then: an instance of the old version finishes what it began.',
      },
      NAME,
      'letters, digits and ._-',
    ),
    workflowExecutor: text(
      {
        variable: 'STORE_WORKFLOW_EXECUTOR',
        fallback: 'store-0',
        doc: 'Stable over restarts, and another for each instance: what the process of this name left behind, it takes up again.',
      },
      NAME,
      'letters, digits and ._-',
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
  build: ({ environment: _, ...store }) => store,
});

export const storeSchema = {
  subject: 'store',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    database: databaseSection,
    store: storeSection,
    http: httpSection('store'),
    signIn: signInSection,
    telemetry: telemetrySection,
  },
} as const;
