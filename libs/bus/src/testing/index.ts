export { busSuite } from './bus.suite.ts';
export { deliverySuite } from './delivery.suite.ts';
export { groupsSuite } from './groups.suite.ts';
export type { BusParts } from './harness.ts';
export { lettersSuite } from './letters.suite.ts';
export { lostAnswersSuite } from './lost-answers.suite.ts';
export { type OwnBroker, outagesSuite } from './outages.suite.ts';
export { poisonSuite } from './poison.suite.ts';
export { topicsSuite } from './topics.suite.ts';
