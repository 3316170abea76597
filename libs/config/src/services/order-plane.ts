import { kafkaSection } from '../kafka-section.ts';
import {
  databaseSection,
  httpSection,
  registrySection,
  telemetrySection,
} from '../shared-sections.ts';

export const orderPlaneSchema = {
  subject: 'order-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    database: databaseSection,
    http: httpSection('order-plane'),
    telemetry: telemetrySection,
  },
} as const;
