/**
 * The order plane killed between every two of its steps, started again, and never more than one order for an intent.
 * Each crash is real: SIGKILL at a named point of a process of its own.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CrashPoint } from './app/ports.ts';
import { giveLeases, waitForStatus } from './testing/leases.ts';
import { expectOneOrder } from './testing/one-order.ts';
import { type Rig, openRig } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;

beforeEach(async () => {
  rig = await openRig(LIMITS);
});

afterEach(async () => {
  await rig.close();
});

describe('an order plane that is killed', () => {
  it.each<CrashPoint>([
    'intake.before_commit',
    'intake.after_commit',
    'dispatch.after_commit',
    'dispatch.after_wire',
    'facts.before_commit',
    'facts.after_commit',
    'relay.before_publish',
    'relay.after_publish',
    'relay.after_mark',
  ])('at %s finds everything right after its restart', async (point) => {
    const victim = await rig.spawn({ CRASH_AT: point });
    const died = once(victim, 'exit');
    await rig.quote();
    const id = await rig.intent({ name: point });
    await expectRightAfterRestart(died, id);
  });

  it('at dispatch.before_commit, on the way by the tables, finds everything right after its restart', async () => {
    const victim = await rig.spawn({ CRASH_AT: 'dispatch.before_commit' });
    const died = once(victim, 'exit');
    // While another speaks for the account, what is approved waits in the tables.
    await giveLeases(rig.database, 'another', '1 hour');
    await rig.quote();
    const id = await rig.intent({ name: 'waiting' });
    await waitForStatus(rig.database, id, 'APPROVED');
    await giveLeases(rig.database, 'another', '0 seconds');
    await expectRightAfterRestart(died, id);
  });

  async function expectRightAfterRestart(died: Promise<unknown[]>, id: string): Promise<void> {
    const [, signal] = await died;
    expect(signal).toBe('SIGKILL');
    await rig.spawn();
    await rig.quote();
    await rig.reported(id, 'FILLED');
    await expectOneOrder(rig, id);
  }
});
