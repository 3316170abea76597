/** The contract of the bus, whole, over a broker that lets nobody in without proof. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import { pickFreePort } from '@tickmesh/local';
import { busSuite } from './bus.suite.ts';
import { type Approach, type SecuredParts, startSecuredParts } from './secured-parts.ts';

export function securedSuite(approach: Approach): void {
  const name = approach.protocol === 'SSL' ? 'client certificates' : approach.mechanism;
  describe(`The bus on a real broker, over ${approach.protocol} with ${name}`, () => {
    let secured: SecuredParts;
    beforeAll(async () => {
      secured = await startSecuredParts(approach);
    });
    afterAll(async () => {
      await secured.close();
    });

    busSuite(() => secured.parts, {
      startBroker: () => secured.startBroker(),
      startBrokerBehind: (listener, advertised) => secured.startBrokerBehind(listener, advertised),
      pickFreePort,
    });
  });
}
