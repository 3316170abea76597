import { oneOf, optional, text, url } from '../field.ts';
import { kafkaToolSection } from '../kafka-section.ts';
import { LOOPBACK, PORTS } from '../ports.ts';
import { type Section, section } from '../section.ts';
import { databaseSection, registrySection } from '../shared-sections.ts';

export interface CommandLineSignIn {
  /** A token from outside; undefined: one of the development issuer. */
  readonly token: string | undefined;
  readonly issuerUrl: string;
  /** Where the development issuer keeps its clients; undefined: there is none, or it may not be asked. */
  readonly issuerFolder: string | undefined;
}

export const commandLineSignInSection: Section<CommandLineSignIn> = section({
  title: 'Sign-in of the command line',
  fields: {
    token: optional(
      text(
        {
          variable: 'MESH_TOKEN',
          doc: "The caller's token, as the provider gave it.",
          secret: true,
        },
        /^[A-Za-z0-9\-._~+/=]{1,8192}$/,
        'a bearer token',
      ),
    ),
    issuerUrl: url(
      {
        variable: 'SIGN_IN_ISSUER',
        fallback: `http://${LOOPBACK}:${PORTS.issuer}`,
        doc: 'The development issuer, which gives a token when there is no MESH_TOKEN.',
      },
      ['http', 'https'],
    ),
    issuerFolder: optional(
      text({
        variable: 'ISSUER_FOLDER',
        doc: 'Folder of the development issuer with the secret of `mesh`; known of a mesh that runs from this clone.',
      }),
    ),
    environment: oneOf(
      {
        variable: 'NODE_ENV',
        fallback: 'development',
        doc: 'In production only MESH_TOKEN signs in.',
      },
      ['production', 'development', 'test'],
    ),
  },
  build: ({ token, issuerUrl, issuerFolder, environment }) => ({
    token,
    issuerUrl,
    issuerFolder: environment === 'production' ? undefined : issuerFolder,
  }),
});

/** What `mesh` needs to reach the parts. */
export const commandLineSchema = {
  subject: 'mesh',
  sections: {
    kafka: kafkaToolSection,
    registry: registrySection,
    database: databaseSection,
    signIn: commandLineSignInSection,
  },
} as const;
