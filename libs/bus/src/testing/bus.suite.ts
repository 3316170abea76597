/** The contract of the bus, whole: what every adapter of the port must pass on real parts. */
import { deliverySuite } from './delivery.suite.ts';
import { groupsSuite } from './groups.suite.ts';
import type { BusParts } from './harness.ts';
import { lettersSuite } from './letters.suite.ts';
import { type OwnBroker, outagesSuite } from './outages.suite.ts';
import { poisonSuite } from './poison.suite.ts';
import { topicsSuite } from './topics.suite.ts';

/** Its parts also run alone, so that no one run takes long. */
export function busSuite(parts: () => BusParts, startBroker: () => Promise<OwnBroker>): void {
  deliverySuite(parts);
  groupsSuite(parts);
  poisonSuite(parts);
  lettersSuite(parts);
  topicsSuite(parts);
  outagesSuite(parts, startBroker);
}
