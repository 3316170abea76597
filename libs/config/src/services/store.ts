import { optional, url } from '../field.ts';
import { type Section, section } from '../section.ts';
import { databaseSection, httpSection, telemetrySection } from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export interface StoreConfig {
  /** Holds the password: never log it. */
  readonly migrationUrl: string | undefined;
}

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
  },
  build: (values) => values,
});

export const storeSchema = {
  subject: 'store',
  sections: {
    database: databaseSection,
    store: storeSection,
    http: httpSection('store'),
    signIn: signInSection,
    telemetry: telemetrySection,
  },
} as const;
