/** The contract of a workflow engine, for every engine there is. */
import { describe } from '@jest/globals';
import type { OpenEngine } from './rig.ts';
import { recoverySuite } from './recovery.suite.ts';
import { runningSuite } from './running.suite.ts';
import { waitingSuite } from './waiting.suite.ts';

/**
 * @param open gives an engine, not launched, over the one record of the suite; the one before it is closed by then. It is
 *   called inside tests and hooks, once the caller's own `beforeAll` has run.
 */
export function workflowSuite(name: string, open: OpenEngine): void {
  describe(name, () => {
    describe('running', () => {
      runningSuite(open);
    });
    describe('waiting', () => {
      waitingSuite(open);
    });
    describe('recovering', () => {
      recoverySuite(open);
    });
  });
}
