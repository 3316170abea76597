export { deliverySuite } from './delivery.suite.ts';
export type { BusParts } from './harness.ts';
