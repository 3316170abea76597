import { kafkaToolSection } from '../kafka-section.ts';
import { databaseSection, registrySection } from '../shared-sections.ts';

/** What `mesh` needs to reach the parts. */
export const commandLineSchema = {
  subject: 'mesh',
  sections: {
    kafka: kafkaToolSection,
    registry: registrySection,
    database: databaseSection,
  },
} as const;
