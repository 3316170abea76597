/** Whose tokens a service takes. The type is that of libs/sign-in. */
import { integer, list, oneOf, optional, text, url } from './field.ts';
import { LOOPBACK, PORTS } from './ports.ts';
import { type Section, broken, holds, section } from './section.ts';

export type SignInAlgorithm = `${'RS' | 'PS' | 'ES'}${'256' | '384' | '512'}` | 'EdDSA';

export interface SignInConfig {
  /** `iss` of the tokens, and the base of the discovery document. */
  readonly issuerUrl: string;
  /** Where the keys are; undefined: where the discovery document says. */
  readonly jwksUrl: string | undefined;
  readonly audience: string;
  /** A scope that tokens must have; undefined: none in particular. */
  readonly scope: string | undefined;
  readonly rolesClaim: string;
  readonly nameClaim: string;
  readonly algorithms: readonly SignInAlgorithm[];
  readonly clockLeewayMs: number;
}

const CLAIM = /^[\x21-\x7e]{1,200}$/;
const isPlain = (address: string | undefined): boolean => address?.startsWith('http:') === true;

export const signInSection: Section<SignInConfig> = section({
  title: 'Sign-in',
  fields: {
    environment: oneOf(
      {
        variable: 'NODE_ENV',
        fallback: 'production',
        doc: 'What the process is run for; in production only a provider on https is believed.',
      },
      ['production', 'development', 'test'],
    ),
    issuerUrl: url(
      {
        variable: 'SIGN_IN_ISSUER',
        fallback: `http://${LOOPBACK}:${PORTS.issuer}`,
        doc: 'The OIDC provider: `iss` of the tokens, exactly. The default is the development issuer.',
      },
      ['http', 'https'],
    ),
    jwksUrl: optional(
      url(
        {
          variable: 'SIGN_IN_JWKS_URL',
          doc: "The provider's keys; unset: where its discovery document says.",
        },
        ['http', 'https'],
      ),
    ),
    audience: text(
      {
        variable: 'SIGN_IN_AUDIENCE',
        fallback: 'tickmesh',
        doc: '`aud` of the tokens: those that are meant for others are refused.',
      },
      CLAIM,
      'an audience without blanks',
    ),
    scope: optional(
      text(
        {
          variable: 'SIGN_IN_SCOPE',
          doc: 'A scope that tokens must have, where the provider tells callers apart by it.',
        },
        CLAIM,
        'one scope',
      ),
    ),
    rolesClaim: text(
      {
        variable: 'SIGN_IN_ROLES_CLAIM',
        fallback: 'roles',
        doc: 'The claim that lists the roles; dots lead into objects: `realm_access.roles`.',
      },
      CLAIM,
      'the name or path of a claim',
    ),
    nameClaim: text(
      {
        variable: 'SIGN_IN_NAME_CLAIM',
        fallback: 'sub',
        doc: 'The claim that names the caller: that name stands on record.',
      },
      CLAIM,
      'the name or path of a claim',
    ),
    algorithms: list(
      {
        variable: 'SIGN_IN_ALGORITHMS',
        fallback: 'RS256,PS256,ES256,EdDSA',
        doc: 'Signatures that are accepted; never those of a shared secret.',
      },
      /^((RS|PS|ES)(256|384|512)|EdDSA)$/,
      'RS256 to ES512, or EdDSA',
    ),
    clockLeewayMs: integer(
      {
        variable: 'SIGN_IN_CLOCK_LEEWAY_MS',
        fallback: '5000',
        doc: 'How far the clocks of the provider and of this machine may differ.',
      },
      { min: 0, max: 300_000 },
    ),
  },
  rules: [
    {
      needs: ['environment', 'issuerUrl', 'jwksUrl'],
      check: ({ environment, issuerUrl, jwksUrl }) => {
        if (environment !== 'production') return holds;
        const rule = 'https in production; NODE_ENV=development believes the development issuer';
        return [
          ...(isPlain(issuerUrl) ? broken('SIGN_IN_ISSUER', rule) : []),
          ...(isPlain(jwksUrl) ? broken('SIGN_IN_JWKS_URL', rule) : []),
        ];
      },
    },
  ],
  build: (values) => ({
    issuerUrl: values.issuerUrl,
    jwksUrl: values.jwksUrl,
    audience: values.audience,
    scope: values.scope,
    rolesClaim: values.rolesClaim,
    nameClaim: values.nameClaim,
    algorithms: values.algorithms as readonly SignInAlgorithm[],
    clockLeewayMs: values.clockLeewayMs,
  }),
});
