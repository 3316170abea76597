/** The contract of the bus, whole: what every adapter of the port must pass on real parts. */
import { deliverySuite } from './delivery.suite.ts';
import { groupsSuite } from './groups.suite.ts';
import type { BusParts } from './harness.ts';
import { lettersSuite } from './letters.suite.ts';
import { lostAnswersSuite } from './lost-answers.suite.ts';
import { type OwnBroker, outagesSuite } from './outages.suite.ts';
import { poisonSuite } from './poison.suite.ts';
import { topicsSuite } from './topics.suite.ts';

/** Brokers of a test's own. */
export interface BrokerStarters {
  readonly startBroker: () => Promise<OwnBroker>;
  /** Its clients are told to come to the other port, both on loopback. */
  readonly startBrokerBehind: (listenerPort: number, advertisedPort: number) => Promise<OwnBroker>;
  readonly pickFreePort: () => Promise<number>;
}

/** Its parts also run alone, so that no one run takes long. */
export function busSuite(parts: () => BusParts, starters: BrokerStarters): void {
  deliverySuite(parts);
  groupsSuite(parts);
  poisonSuite(parts);
  lettersSuite(parts);
  topicsSuite(parts);
  lostAnswersSuite(parts, starters.startBrokerBehind, starters.pickFreePort);
  outagesSuite(parts, starters.startBroker);
}
