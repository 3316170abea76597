export { rightsSuite } from './rights.suite.ts';
export { signedCalls } from './signed-calls.ts';
