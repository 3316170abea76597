import { kafkaSection } from '../kafka-section.ts';
import { httpSection, registrySection, telemetrySection } from '../shared-sections.ts';

export const strategyPlaneSchema = {
  subject: 'strategy-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    http: httpSection('strategy-plane'),
    telemetry: telemetrySection,
  },
} as const;
