import { integer, text } from '../field.ts';
import { kafkaSection } from '../kafka-section.ts';
import { type Section, section } from '../section.ts';
import { httpSection, registrySection, telemetrySection } from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export interface StrategiesConfig {
  /** The document of strategies. */
  readonly file: string;
  /** A member that is silent for so long loses its strategies to a standby. */
  readonly sessionTimeoutMs: number;
}

export const strategiesSection: Section<StrategiesConfig> = section({
  title: 'Strategies',
  fields: {
    file: text({
      variable: 'STRATEGIES_FILE',
      fallback: 'config/strategies.yaml',
      doc: 'The strategies that run.',
    }),
    sessionTimeoutMs: integer(
      {
        variable: 'STRATEGIES_SESSION_TIMEOUT_MS',
        fallback: '6000',
        doc: 'A member that is silent for so long loses its strategies to a standby.',
      },
      { min: 1_000, max: 300_000 },
    ),
  },
  build: (values) => values,
});

export const strategyPlaneSchema = {
  subject: 'strategy-plane',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    http: httpSection('strategy-plane'),
    signIn: signInSection,
    telemetry: telemetrySection,
    strategies: strategiesSection,
  },
} as const;
