import { integer, oneOf, text, url } from '../field.ts';
import { LOOPBACK, PORTS } from '../ports.ts';
import { type Section, broken, holds, section } from '../section.ts';
import { telemetrySection } from '../shared-sections.ts';

export interface IssuerConfig {
  readonly host: string;
  readonly port: number;
  /** Name of the issuer in its tokens, and the base of its addresses as callers on this machine see it. */
  readonly url: string;
  /** Holds the clients with their secrets, and the keys that sign. */
  readonly folder: string;
  readonly tokenLifeMs: number;
  readonly shutdownTimeoutMs: number;
}

export const issuerSection: Section<IssuerConfig> = section({
  title: 'Development issuer',
  fields: {
    environment: oneOf(
      {
        variable: 'NODE_ENV',
        fallback: 'production',
        doc: 'What the process is run for; in production the development issuer refuses to run.',
      },
      ['production', 'development', 'test'],
    ),
    host: text(
      {
        variable: 'HTTP_HOST',
        fallback: LOOPBACK,
        doc: 'Address that the issuer listens on; one that the internet could reach is refused.',
      },
      /^[A-Za-z0-9.:_-]{1,253}$/,
      'a host name or an IP address',
    ),
    port: integer(
      { variable: 'HTTP_PORT', fallback: String(PORTS.issuer), doc: 'Port of the issuer.' },
      { min: 1, max: 65_535 },
    ),
    url: url(
      {
        variable: 'ISSUER_URL',
        fallback: `http://${LOOPBACK}:${PORTS.issuer}`,
        doc: 'Name of the issuer in its tokens.',
      },
      ['http', 'https'],
    ),
    folder: text({
      variable: 'ISSUER_FOLDER',
      fallback: '.mesh/issuer',
      doc: 'Folder of the clients with their secrets, and of the keys; for its owner alone.',
    }),
    tokenLifeMs: integer(
      {
        variable: 'ISSUER_TOKEN_LIFE_MS',
        fallback: '600000',
        doc: 'How long a token lives.',
      },
      { min: 1_000, max: 86_400_000 },
    ),
    shutdownTimeoutMs: integer(
      {
        variable: 'TICKMESH_SHUTDOWN_TIMEOUT_MS',
        fallback: '20000',
        doc: 'For the whole ordered shutdown; the process exits after it.',
      },
      { min: 1_000, max: 600_000 },
    ),
  },
  rules: [
    {
      needs: ['environment'],
      check: ({ environment }) =>
        environment === 'production'
          ? broken(
              'NODE_ENV',
              'development or test: this issuer is for development; in production sign in with your own provider (SIGN_IN_ISSUER)',
            )
          : holds,
    },
  ],
  build: ({ host, port, url: issuerUrl, folder, tokenLifeMs, shutdownTimeoutMs }) => ({
    host,
    port,
    url: issuerUrl,
    folder,
    tokenLifeMs,
    shutdownTimeoutMs,
  }),
});

export const issuerSchema = {
  subject: 'issuer',
  sections: { issuer: issuerSection, telemetry: telemetrySection },
} as const;
