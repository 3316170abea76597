import { boolean, integer, text, url } from '../field.ts';
import { kafkaSection } from '../kafka-section.ts';
import { type Section, section } from '../section.ts';
import { httpSection, registrySection, telemetrySection } from '../shared-sections.ts';
import { signInSection } from '../sign-in-section.ts';

export interface FeedConfig {
  /** `replay:a.gz,b.gz,sim,binance:BTCUSDT` */
  readonly feed: string;
  /** Recorded time over wall time; Infinity is as fast as the broker takes it. */
  readonly speed: number;
  readonly loop: boolean;
  readonly seed: number;
  readonly simIntervalMs: number;
  readonly binance: { readonly streamUrl: string; readonly restUrl: string };
  readonly binanceUsdm: { readonly streamUrl: string; readonly restUrl: string };
  readonly silenceMs: number;
  readonly snapshotIntervalMs: number;
}

const address = (variable: string, fallback: string, schemes: string[], doc: string) =>
  url({ variable, fallback, doc }, schemes);

export const feedSection: Section<FeedConfig> = section({
  title: 'Feed',
  fields: {
    feed: text({
      variable: 'FEED',
      doc: 'What to play: replay:FILES, sim, binance:SYMBOLS, binance-usdm:SYMBOLS, joined by commas.',
    }),
    speed: text(
      {
        variable: 'FEED_SPEED',
        fallback: '1',
        doc: 'Recorded time over wall time of a replay; max is as fast as the broker takes it.',
      },
      /^(max|\d{1,6}(\.\d{1,3})?)$/,
      'a number above 0, or max',
    ),
    loop: boolean({
      variable: 'FEED_LOOP',
      fallback: 'true',
      doc: 'Plays recordings again and again; each round is a run of its own.',
    }),
    seed: integer(
      { variable: 'FEED_SEED', fallback: '1', doc: 'Seed of the simulated market.' },
      { min: 0, max: 4_294_967_295 },
    ),
    simIntervalMs: integer(
      {
        variable: 'FEED_SIM_INTERVAL_MS',
        fallback: '200',
        doc: 'Between two rounds of quotes of the simulated market.',
      },
      { min: 1, max: 60_000 },
    ),
    streamUrl: address(
      'BINANCE_STREAM_URL',
      'wss://stream.binance.com:9443',
      ['ws', 'wss'],
      'WebSocket of Binance spot.',
    ),
    restUrl: address(
      'BINANCE_REST_URL',
      'https://api.binance.com',
      ['http', 'https'],
      'REST of Binance spot.',
    ),
    usdmStreamUrl: address(
      'BINANCE_USDM_STREAM_URL',
      'wss://fstream.binance.com',
      ['ws', 'wss'],
      'WebSocket of Binance USD-M.',
    ),
    usdmRestUrl: address(
      'BINANCE_USDM_REST_URL',
      'https://fapi.binance.com',
      ['http', 'https'],
      'REST of Binance USD-M.',
    ),
    silenceMs: integer(
      {
        variable: 'FEED_SILENCE_MS',
        fallback: '10000',
        doc: 'A live connection without a message for so long is opened anew.',
      },
      { min: 100, max: 600_000 },
    ),
    snapshotIntervalMs: integer(
      {
        variable: 'FEED_SNAPSHOT_INTERVAL_MS',
        fallback: '2000',
        doc: 'Between two snapshot requests to a venue, at the least.',
      },
      { min: 1, max: 600_000 },
    ),
  },
  build: ({ feed, speed, loop, seed, simIntervalMs, silenceMs, snapshotIntervalMs, ...urls }) => ({
    feed,
    speed: speed === 'max' ? Infinity : Number(speed),
    loop,
    seed,
    simIntervalMs,
    silenceMs,
    snapshotIntervalMs,
    binance: { streamUrl: urls.streamUrl, restUrl: urls.restUrl },
    binanceUsdm: { streamUrl: urls.usdmStreamUrl, restUrl: urls.usdmRestUrl },
  }),
});

export const connectorSchema = {
  subject: 'connector',
  sections: {
    kafka: kafkaSection,
    registry: registrySection,
    http: httpSection('connector'),
    signIn: signInSection,
    telemetry: telemetrySection,
    feed: feedSection,
  },
} as const;
