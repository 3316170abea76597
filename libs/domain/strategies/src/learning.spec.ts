import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tickmesh/kernel';
import { ARMS, chooseArm, newArms, rewardOf, teachArm } from './arm-gate.ts';
import { IMPACT_COEFFICIENT, impactOf, learntImpact } from './market-impact.ts';
import { purgedFolds } from './purged-folds.ts';

const ALL = ARMS.map(() => true);
const CALM = [1, 1, 0, 0.1];
const STORM = [1, 0, 1, 0.6];

describe('the gate', () => {
  it('prefers none before two arms that have something to say are known', () => {
    const arms = newArms(4);
    expect(chooseArm(arms, CALM, ALL)).toBeUndefined();
    for (let lesson = 0; lesson < 20; lesson++) teachArm(arms[2]!, CALM, 0.5);
    expect(chooseArm(arms, CALM, ALL)).toBeUndefined();
    for (let lesson = 0; lesson < 20; lesson++) teachArm(arms[1]!, CALM, 0.1);
    expect(chooseArm(arms, CALM, ALL)).toBe(2);
    expect(chooseArm(arms, CALM, [true, true, false, true])).toBeUndefined();
  });

  it('learns which arm does well in which market, through noise', () => {
    const random = seededRandom(2);
    const arms = newArms(4);
    for (let lesson = 0; lesson < 300; lesson++) {
      const context = lesson % 2 === 0 ? CALM : STORM;
      for (const [at, arm] of arms.entries()) {
        const edge = context === CALM ? (at === 0 ? 0.3 : 0) : at === 3 ? 0.3 : 0;
        teachArm(arm, context, rewardOf(edge + random.normal(), 3));
      }
    }
    expect(chooseArm(arms, CALM, ALL)).toBe(0);
    expect(chooseArm(arms, STORM, ALL)).toBe(3);
  });

  it('changes its mind when the market does', () => {
    const arms = newArms(4);
    const teach = (lessons: number, best: number): void => {
      for (let lesson = 0; lesson < lessons; lesson++)
        for (const [at, arm] of arms.entries()) teachArm(arm, CALM, at === best ? 0.4 : -0.1);
    };
    teach(5_000, 1);
    expect(chooseArm(arms, CALM, ALL)).toBe(1);
    teach(500, 2);
    expect(chooseArm(arms, CALM, ALL)).toBe(2);
  });

  it('rewards losses below nothing and gains above it, by the size of returns', () => {
    expect(rewardOf(0.001, 0.002)).toBe(0.5);
    expect(rewardOf(-0.001, 0.002)).toBe(-0.5);
    expect(rewardOf(-1, 0.002)).toBe(-1);
    expect(rewardOf(1, 0)).toBe(0);
  });
});

describe('market impact', () => {
  it('is learnt: fills that cost more than expected raise it, until they are expected', () => {
    const fill = { participation: 0.02, slippage: 3e-4 };
    let coefficient: number = IMPACT_COEFFICIENT.initial;
    for (let count = 0; count < 200; count++) coefficient = learntImpact(coefficient, fill);
    expect(impactOf(coefficient, 0.02)).toBeCloseTo(3e-4, 10);
  });

  it('falls with fills at better prices, and stays above 0', () => {
    let coefficient: number = IMPACT_COEFFICIENT.initial;
    for (let count = 0; count < 500; count++) {
      coefficient = learntImpact(coefficient, { participation: 0.02, slippage: -1e-3 });
    }
    expect(coefficient).toBeCloseTo(IMPACT_COEFFICIENT.min, 12);
  });

  it('learns nothing from an order that was no part of the volume', () => {
    expect(learntImpact(5e-4, { participation: 0, slippage: 1 })).toBe(5e-4);
  });
});

describe('purged folds', () => {
  it('check every period once and never learn within the embargo of what they check', () => {
    for (const [periods, splits, embargo] of [
      [66, 5, 5],
      [11, 3, 1],
      [7, 5, 3],
      [4, 5, 0],
    ] as const) {
      const folds = purgedFolds(periods, splits, embargo);
      const checked = folds.flatMap(({ validate }) => validate);
      expect(checked).toEqual(Array.from({ length: periods }, (_, at) => at));
      for (const { train, validate } of folds)
        for (const learnt of train)
          for (const at of validate) expect(Math.abs(learnt - at)).toBeGreaterThan(embargo);
    }
  });
});
