import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CASES, definitionOf, framesOf, play } from './captures.ts';

describe.each(CASES)('%s over the %s capture', (strategy, capture) => {
  const definition = definitionOf(strategy, capture);

  it(`${strategy} on ${capture}: the same capture twice gives the same intents, byte for byte`, async () => {
    const all = await framesOf(capture);
    const first = play(definition, all);
    expect(first.intents.length).toBeGreaterThan(3);
    expect(play(definition, all).intents).toEqual(first.intents);
  });

  it(`${strategy} on ${capture}: restarts at random places change no byte`, async () => {
    const all = await framesOf(capture);
    const { intents } = play(definition, all);
    const property = fc.property(
      fc.array(fc.nat(all.length - 1), { minLength: 1, maxLength: 20 }),
      (cuts) => {
        expect(play(definition, all, new Set(cuts)).intents).toEqual(intents);
      },
    );
    fc.assert(property, { numRuns: 2 });
  });
});
