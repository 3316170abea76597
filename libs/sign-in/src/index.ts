export type { Caller } from './caller.ts';
export { SIGN_IN_ALGORITHMS, type SignInAlgorithm, type SignInOptions } from './options.ts';
export { type SignIn, type SignInParts, openSignIn } from './sign-in.ts';
