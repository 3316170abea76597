import { kafkaSection } from '../kafka-section.ts';
import { httpSection, registrySection, telemetrySection } from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export const dataPlaneSchema = {
  subject: 'data-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    http: httpSection('data-plane'),
    signIn: signInSection,
    telemetry: telemetrySection,
  },
} as const;
