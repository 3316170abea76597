import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigOf, connectorSchema } from '@tickmesh/config';
import { derivedUuid } from '@tickmesh/kernel';
import { type ServiceContext, groupIdOf, openBus } from '@tickmesh/nest';
import { parseFeeds } from './app/feed.ts';
import { runConnectors } from './app/run-connectors.ts';
import { connectorProbe, venueProbe } from './edge/connector-probe.ts';
import { openConnectors } from './edge/open-connectors.ts';
import { systemClock } from './edge/system-clock.ts';

type ConnectorConfig = ConfigOf<typeof connectorSchema>;

/** A member that stops answering loses its feed to a standby after so long. */
const OWNER_SESSION_MS = 6_000;

/**
 * The wiring of a feed's process. Membership of a group in which one member has everything makes it the owner of
 * its feed: only the owner plays, others stand by.
 */
@Module({})
export class ConnectorModule {
  static async open(config: ConnectorConfig, context: ServiceContext): Promise<DynamicModule> {
    const { lifecycle } = context;
    const connectors = await openConnectors(config.feed, venueProbe(context));
    const bus = openBus(context, {
      kafka: { ...config.kafka, sessionTimeoutMs: OWNER_SESSION_MS },
      registry: config.registry,
      publishes: ['market_raw'],
    });
    const parts = { publisher: bus.publisher, clock: systemClock, probe: connectorProbe(context) };
    let playing: { readonly ending: AbortController; readonly done: Promise<void> } | undefined;
    const stop = async (): Promise<void> => {
      playing?.ending.abort();
      await playing?.done;
      playing = undefined;
    };
    const owner = bus.consumer({
      groupId: groupIdOf(config.kafka, ownerGroup(config.feed.feed)),
      topics: ['instruments'],
      assignment: 'single-owner',
      ordering: 'all',
      fallback: 'latest',
      batchRecordsMax: 100,
      handle: () => Promise.resolve(),
      onAssigned: () => {
        const ending = new AbortController();
        playing ??= { ending, done: runConnectors(connectors, parts, ending.signal) };
        return Promise.resolve([]);
      },
      onRevoked: stop,
    });
    lifecycle.onStart('owner', () => owner.start());
    lifecycle.onStop('intake', 'feed', stop);
    lifecycle.onStop('consumers', 'owner', () => owner.stop());
    return { module: ConnectorModule };
  }
}

/** One group for each feed: its kinds for people, and a mark that two feeds of the same kinds do not share. */
function ownerGroup(feed: string): string {
  const kinds = parseFeeds(feed).map(({ kind }) => kind);
  return `connector-${[...new Set(kinds)].join('-')}-${derivedUuid('feed', feed).slice(0, 8)}`;
}
