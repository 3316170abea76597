/**
 * Which group of factors is listened to, learnt as the market goes (LinUCB: Li, Chu, Langford and Schapire 2010). Each
 * arm keeps a ridge regression of its rewards on what the market was like; the arm with the highest estimate plus
 * bonus for what is not known of it is chosen.
 */
import type { Factor } from './factor-signals.ts';
import { dot, identity, symmetricFunction, times } from './statistics.ts';

export const ARMS = [
  ['OFI', 'ERN'],
  ['VRP', 'POS'],
  ['TSX'],
  ['SIF'],
] as const satisfies Factor[][];

/** What was learnt of one arm; plain data, so that a checkpoint can hold it. */
export interface ArmState {
  /** Sum of context x context, with the ridge on its diagonal. */
  design: number[][];
  /** Sum of reward x context. */
  response: number[];
  /** Times that it was judged. */
  lessons: number;
  [name: string]: number | number[] | number[][];
}

const RIDGE = 1;
const BONUS = 0.1;
/** An arm that was judged less often is not compared. */
const LESSONS_MIN = 20;
/** Half-life of what was learnt, in lessons: markets change, and sums stay bounded. */
const MEMORY = 0.5 ** (1 / 252);

export function newArms(contextSize: number): ArmState[] {
  return ARMS.map(() => ({
    design: identity(contextSize).map((row) => row.map((value) => value * RIDGE)),
    response: Array.from({ length: contextSize }, () => 0),
    lessons: 0,
  }));
}

/**
 * Position of the arm to listen to; undefined while fewer than two of those that have something to say are known well
 * enough. Of equals the first.
 * @param speaks whether an arm has something to say
 */
export function chooseArm(
  arms: readonly ArmState[],
  context: readonly number[],
  speaks: readonly boolean[],
): number | undefined {
  const known = [...arms.keys()].filter((at) => speaks[at] && lessonsOf(arms, at) >= LESSONS_MIN);
  if (known.length < 2) return undefined;
  const scores = arms.map((arm, at) =>
    known.includes(at) ? scoreOf(arm, context) : Number.NEGATIVE_INFINITY,
  );
  return scores.indexOf(Math.max(...scores));
}

/**
 * Takes one lesson in. Changes the arm.
 * @param reward -1 to 1; 0, which is also what is expected of an arm unknown, is neither gain nor loss
 */
export function teachArm(arm: ArmState, context: readonly number[], reward: number): void {
  arm.design = arm.design.map((row, i) =>
    row.map((value, j) => {
      const ridge = i === j ? (1 - MEMORY) * RIDGE : 0;
      return MEMORY * value + ridge + (context[i] ?? 0) * (context[j] ?? 0);
    }),
  );
  arm.response = arm.response.map((value, i) => MEMORY * value + reward * (context[i] ?? 0));
  arm.lessons += 1;
}

/**
 * Reward of a return beside the size that returns have: 1 for a gain of that size and more, -1 for such a loss. The
 * return itself, clipped to 0..1, would make all losses equal and all gains next to nothing.
 */
export function rewardOf(gain: number, size: number): number {
  return size === 0 ? 0 : Math.max(-1, Math.min(1, gain / size));
}

function scoreOf({ design, response }: ArmState, context: readonly number[]): number {
  const inverse = symmetricFunction(design, (value) => 1 / value);
  const along = times(inverse, context);
  return dot(along, response) + BONUS * Math.sqrt(Math.max(0, dot(along, context)));
}

const lessonsOf = (arms: readonly ArmState[], at: number): number => arms[at]?.lessons ?? 0;
