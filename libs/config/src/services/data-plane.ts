import { kafkaSection } from '../kafka-section.ts';
import { httpSection, registrySection, telemetrySection } from '../shared-sections.ts';

export const dataPlaneSchema = {
  subject: 'data-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    http: httpSection('data-plane'),
    telemetry: telemetrySection,
  },
} as const;
