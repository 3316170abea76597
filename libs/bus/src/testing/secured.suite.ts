/**
 * The contract of the bus, over a broker that lets nobody in without proof. Outages come with it where coming back is
 * another matter than in plain text: over client certificates, and with tokens. A password is sent again as it is.
 */
import { afterAll, beforeAll, describe } from '@jest/globals';
import { pickFreePort } from '@tickmesh/local';
import { busSuite, trafficSuite } from './bus.suite.ts';
import { type Approach, type SecuredParts, startSecuredParts } from './secured-parts.ts';

export function securedSuite(
  approach: Approach,
  { withOutages }: { readonly withOutages: boolean },
): void {
  const name = approach.protocol === 'SSL' ? 'client certificates' : approach.mechanism;
  describe(`The bus on a real broker, over ${approach.protocol} with ${name}`, () => {
    let secured: SecuredParts;
    beforeAll(async () => {
      secured = await startSecuredParts(approach);
    });
    afterAll(async () => {
      await secured.close();
    });

    if (!withOutages) {
      trafficSuite(() => secured.parts);
      return;
    }
    busSuite(() => secured.parts, {
      startBroker: () => secured.startBroker(),
      startBrokerBehind: (listener, advertised) => secured.startBrokerBehind(listener, advertised),
      pickFreePort,
    });
  });
}
