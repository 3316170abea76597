import type { Command } from 'commander';
import type { RawFrame } from '@tickmesh/contracts';
import {
  type ConnectorProbe,
  ReplayConnector,
  frameSink,
  openRecordings,
  systemClock,
} from '@tickmesh/data-plane/replay';
import { Fault } from '@tickmesh/kernel';
import { speedOf } from '../arguments.ts';
import { withBus } from '../connect.ts';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface ReplayCommand extends CommonOptions {
  readonly speed: string;
  readonly symbol?: string;
}

const PROGRESS_MS = 2000;

/** `mesh replay FILE...`: plays recordings into market_raw, once. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('replay')
    .description('Play recorded market data into the mesh, once, with its times moved to now')
    .argument('<files...>', 'capture files; files of one market are one recording, in this order')
    .option('--speed <n>', 'recorded time over wall time, or max', '1')
    .option('--symbol <symbol>', 'only this symbol')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExample:\n  mesh replay tests/data/binance/spot-btcusdt-1.gz --speed 10',
    )
    .action((files: readonly string[], options: ReplayCommand) =>
      run(options, output, () => replay(files, options, output)),
    );
}

async function replay(
  files: readonly string[],
  options: ReplayCommand,
  output: Output,
): Promise<void> {
  const speed = speedOf(options.speed);
  const all = await openRecordings(files);
  const recordings = all.filter(
    ({ symbol }) => options.symbol === undefined || symbol === options.symbol,
  );
  if (recordings.length === 0) {
    throw new Fault('NOT_FOUND', {
      symbol: options.symbol,
      recorded: all.map(({ symbol }) => symbol).join(' '),
    });
  }
  const ending = new AbortController();
  const stop = (): void => {
    ending.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = new Progress(output, options.json === true);
  const timer = setInterval(() => {
    progress.tell();
  }, PROGRESS_MS);
  try {
    await withBus(async (bus) => {
      const sink = frameSink('mesh', { publisher: bus.publisher, probe: progress });
      const replayOptions = { speed, loop: false, shiftToNow: true };
      await Promise.all(
        recordings.map((recording) =>
          new ReplayConnector(recording, replayOptions, systemClock).run(sink, ending.signal),
        ),
      );
    });
  } finally {
    clearInterval(timer);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  progress.tell();
}

/** Counts what was published, and says so now and then. */
class Progress implements ConnectorProbe {
  readonly #counts = new Map<string, number>();
  readonly #output: Output;
  readonly #asJson: boolean;

  constructor(output: Output, asJson: boolean) {
    this.#output = output;
    this.#asJson = asJson;
  }

  started(): void {
    // The first count says it.
  }
  ended(): void {
    // The last count says it.
  }
  failed(): void {
    // The command fails with it.
  }
  traceparent(): undefined {
    return undefined;
  }
  published(
    _: string,
    exchange: RawFrame['exchange'],
    symbol: RawFrame['symbol'],
    frames: number,
  ): void {
    const market = `${exchange}|${symbol}`;
    this.#counts.set(market, (this.#counts.get(market) ?? 0) + frames);
  }

  tell(): void {
    for (const [market, frames] of this.#counts) {
      this.#output.line(this.#asJson ? json({ market, frames }) : `${market}: ${frames} frames`);
    }
  }
}
