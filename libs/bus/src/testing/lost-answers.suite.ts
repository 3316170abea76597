/** Records whose acknowledgement is lost on the way. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type BusParts, openTestBus, storeMessage } from './harness.ts';
import type { OwnBroker } from './outages.suite.ts';
import { startTcpProxy } from './tcp-proxy.ts';

export function lostAnswersSuite(
  parts: () => BusParts,
  /** Starts a broker with a listener whose clients are told to come to the other port, both on loopback. */
  startBroker: (listenerPort: number, advertisedPort: number) => Promise<OwnBroker>,
  freePort: () => Promise<number>,
): void {
  describe('lost answers', () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    });

    it('fail a publish, and never make the broker take the next record for a repetition', async () => {
      const port = await freePort();
      const proxy = await startTcpProxy(port);
      closing.push(proxy.close);
      const broker = await startBroker(port, proxy.port);
      closing.push(() => broker.stop());
      const on = { ...parts(), broker: `127.0.0.1:${proxy.port}` };
      // Short, for the answers that never come: making the topic may take a busy broker longer.
      const kafka = { requestTimeoutMs: 1_000, connectionTimeoutMs: 1_000 };
      const topics = ['store_events'] as const;
      const made = await openTestBus(on, { topics });
      closing.push(made.close);
      const prefix = made.config.topicPrefix ?? '';
      const { bus, close, events } = await openTestBus(on, { topics, kafka, prefix });
      closing.push(close);
      await bus.publisher.publish(storeMessage('A', 1));
      proxy.setMuted(true);
      // Sent behind each other: the one that waits must fail with the one before it.
      const lost = await Promise.allSettled([
        bus.publisher.publish(storeMessage('A', 2)),
        bus.publisher.publish(storeMessage('A', 3)),
      ]);
      proxy.setMuted(false);
      expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(events.map(({ event }) => event)).toContain('publish.failed');
      for (const number of [4, 5, 6]) await bus.publisher.publish(storeMessage('A', number));
      const numbers: number[] = [];
      for await (const one of bus.tail('store_events', { from: 'beginning' })) {
        if (one.kind === 'message') numbers.push(one.delivery.value.position);
      }
      expect(numbers.filter((number) => number === 1 || number > 3)).toEqual([1, 4, 5, 6]);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    });
  });
}
