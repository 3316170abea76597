export { signedCalls } from './signed-calls.ts';
