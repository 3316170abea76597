export { TEST_AUDIENCE, TestIssuer } from './test-issuer.ts';
