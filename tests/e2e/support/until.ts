/** Waiting for what is observed: the only way in which these tests let time go by. */
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Asks until the answer is neither undefined nor false.
 * @throws Error naming what was waited for, with the last answer's words where `describe` gives any
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  options: { readonly withinMs?: number; readonly describe?: () => string } = {},
): Promise<T> {
  const withinMs = options.withinMs ?? 45_000;
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const more = options.describe === undefined ? '' : `\n${options.describe()}`;
      throw new Error(`not so within ${String(withinMs / 1000)} s: ${what}${more}`);
    }
    await pause(POLL_MS);
  }
}
