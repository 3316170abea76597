/** What runs beside the calls: changes told inside the process, subscriptions, the relay of store_events. */
import { randomUUID } from 'node:crypto';
import type { Publisher } from '@tickmesh/bus';
import type { ConfigOf, storeSchema } from '@tickmesh/config';
import { Listening } from '@tickmesh/database';
import type { Clock } from '@tickmesh/kernel';
import { ChangeBus } from './app/change-bus.ts';
import { Follower } from './app/follower.ts';
import { Hints } from './app/hints.ts';
import { EventRelay } from './app/relay.ts';
import { Subscriptions } from './app/subscriptions.ts';
import { crashAt } from './edge/crash.ts';
import type { OpenStore, StoreProbe } from './store-parts.ts';

export type StreamsConfig = Pick<ConfigOf<typeof storeSchema>, 'database' | 'store'>;

export interface StreamsOuter {
  readonly clock: Clock;
  readonly probe?: StoreProbe;
  /** Absent: nothing is relayed. */
  readonly publisher?: Pick<Publisher, 'publishAll'>;
}

export interface OpenStreams {
  readonly changes: ChangeBus;
  readonly subscriptions: Subscriptions;
  /** That there may be something to do: notified, and from time to time. */
  readonly looks: Hints;
  /** Everything that is committed after it will be told. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What append notifies, without a word of what or whose. */
const CHANNEL = 'store_log';

/** Nothing runs before `start`. */
export function openStreams(
  config: StreamsConfig,
  store: OpenStore,
  { clock, probe = {}, publisher }: StreamsOuter,
): OpenStreams {
  const { reader, checkpoints, catalogue, database } = store;
  const { pollIntervalMs, beatIntervalMs, leaseMs } = config.store;
  const growth = new Hints();
  const looks = new Hints();
  const beats = new Hints();
  const listenerFailed = probe.listenerFailed?.bind(probe) ?? ((): void => undefined);
  const changes = new ChangeBus({ reader, listenerFailed });
  const subscriptions = new Subscriptions({
    ...{ reader, checkpoints, catalogue, clock, growth, beats },
  });
  const relay =
    publisher &&
    new EventRelay({
      ...{ database, reader, publisher, leaseMs, probe },
      holder: randomUUID(),
      crash: crashAt(config.store.crashAt),
    });
  const follower = (doing: string, step: () => Promise<boolean>): Follower =>
    new Follower({ hints: looks, step, failed: (fault) => probe.failed?.(doing, fault) });
  const followers = [
    follower('changes', async () => {
      const { told, hasMore } = await changes.tell();
      // What a poll found, and no notification told.
      if (told > 0) growth.give();
      return hasMore;
    }),
    ...(relay === undefined ? [] : [follower('relay', () => relay.step())]),
  ];
  const give = (): void => {
    growth.give();
    looks.give();
  };
  let listening: Listening | undefined;
  const timers: NodeJS.Timeout[] = [];
  return {
    changes,
    subscriptions,
    looks,
    start: async () => {
      await changes.begin();
      listening = new Listening(config.database.url, {
        channel: CHANNEL,
        applicationName: 'store-listen',
        onHint: give,
        onLost: (fault) => probe.failed?.('listening', fault),
      });
      timers.push(setInterval(() => looks.give(), pollIntervalMs));
      timers.push(setInterval(() => beats.give(), beatIntervalMs));
      for (const one of followers) one.start();
    },
    stop: async () => {
      subscriptions.stop();
      for (const timer of timers) clearInterval(timer);
      await listening?.close();
      for (const one of followers) await one.stop();
      await relay?.release();
    },
  };
}
