import type { FeedConfig } from '@tickmesh/config';
import { seededRandom } from '@tickmesh/kernel';
import { BinanceConnector, type VenueProbe } from '../app/binance-connector.ts';
import type { Connector } from '../app/connector.ts';
import { type Feed, parseFeeds } from '../app/feed.ts';
import { ReplayConnector } from '../app/replay-connector.ts';
import { SimConnector } from '../app/sim-connector.ts';
import { openRecordings } from './capture-file.ts';
import { systemClock } from './system-clock.ts';
import { venueAccess } from './venue-access.ts';

/** Levels a side of a snapshot: the most that each market gives. */
const SNAPSHOT_LEVELS = { BINANCE: 5000, BINANCE_USDM: 1000 } as const;

/**
 * The connectors of a feed.
 * @throws Fault ARGUMENT_INVALID, NOT_FOUND, FRAME_UNREADABLE, INSTRUMENT_UNKNOWN: what the feed names is wrong
 */
export async function openConnectors(
  config: FeedConfig,
  probe: VenueProbe,
): Promise<readonly Connector[]> {
  const opened = await Promise.all(
    parseFeeds(config.feed).map((feed) => openFeed(feed, config, probe)),
  );
  return opened.flat();
}

async function openFeed(
  feed: Feed,
  config: FeedConfig,
  probe: VenueProbe,
): Promise<readonly Connector[]> {
  switch (feed.kind) {
    case 'replay': {
      const options = { speed: config.speed, loop: config.loop, shiftToNow: true };
      const recordings = await openRecordings(feed.files);
      return recordings.map((each) => new ReplayConnector(each, options, systemClock));
    }
    case 'sim': {
      const options = {
        symbols: feed.symbols,
        intervalMs: config.simIntervalMs,
        seed: config.seed,
      };
      return [new SimConnector(options, systemClock)];
    }
    case 'binance':
      return [binance('BINANCE', feed.symbols, config, probe)];
    case 'binance-usdm':
      return [binance('BINANCE_USDM', feed.symbols, config, probe)];
  }
}

function binance(
  exchange: 'BINANCE' | 'BINANCE_USDM',
  symbols: readonly string[],
  config: FeedConfig,
  probe: VenueProbe,
): Connector {
  const urls = exchange === 'BINANCE' ? config.binance : config.binanceUsdm;
  return new BinanceConnector(
    {
      ...urls,
      exchange,
      symbols,
      snapshotLevels: SNAPSHOT_LEVELS[exchange],
      silenceMs: config.silenceMs,
      snapshotIntervalMs: config.snapshotIntervalMs,
    },
    {
      venue: venueAccess(systemClock),
      clock: systemClock,
      // Jitter of waits alone: nothing that is published depends on it.
      random: seededRandom(systemClock.nowMicros() % 4_294_967_296),
      probe,
    },
  );
}
