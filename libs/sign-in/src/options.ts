/** Asymmetric alone: with a shared secret, whoever can verify could also sign. */
export const SIGN_IN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type SignInAlgorithm = (typeof SIGN_IN_ALGORITHMS)[number];

/** Whose tokens are accepted, and what is read from them. */
export interface SignInOptions {
  /** `iss` of the tokens, and the base of the discovery document. */
  readonly issuerUrl: string;
  /** Where the keys are; asked of the discovery document when left out. */
  readonly jwksUrl?: string | undefined;
  /** `aud` of the tokens: those meant for others are refused. */
  readonly audience: string;
  /** A scope that tokens must have, where the provider tells callers apart by it. */
  readonly scope?: string | undefined;
  /** The claim that lists the roles; dots lead into objects: `realm_access.roles`. */
  readonly rolesClaim: string;
  /** The claim that names the caller. */
  readonly nameClaim: string;
  readonly algorithms: readonly SignInAlgorithm[];
  /** How far the clocks of the provider and of this machine may differ. */
  readonly clockLeewayMs: number;
}
