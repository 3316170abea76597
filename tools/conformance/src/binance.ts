/**
 * Recorded Binance captures through the whole pipeline, from raw frames to published records: book,
 * self-test against the quote stream, level-1 OFI in total and by second, bars of one minute. The
 * numbers are taken from the records as they would be published, and must be equal, digit by digit.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BarText, type Played, play } from './binance-play.ts';
import { CAPTURES, readCapture } from './capture.ts';
import { Cases, type SuiteContext, type SuiteResult } from './suite.ts';

interface GoldenCapture {
  readonly market: 'spot' | 'usdm' | 'coinm';
  readonly files: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly book: Readonly<Record<string, unknown>>;
  readonly ofi_l1: {
    readonly events: number;
    readonly total: string;
    readonly first_10_local_second_windows: Readonly<Record<string, string>>;
    readonly n_windows: number;
  };
  readonly bars_1m_by_exchange_trade_time: Readonly<Record<string, BarText>>;
}

export function run(golden: unknown, context: SuiteContext): SuiteResult {
  const cases = new Cases();
  for (const [name, capture] of Object.entries(golden as Record<string, GoldenCapture>)) {
    try {
      runCapture(name, capture, context, cases);
    } catch (thrown) {
      cases.fail(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return cases;
}

function runCapture(
  name: string,
  golden: GoldenCapture,
  context: SuiteContext,
  cases: Cases,
): void {
  const lines = golden.files.flatMap(({ file, bytes, sha256 }) => {
    const path = findCapture(file, context.dir);
    const content = readFileSync(path);
    cases.equal(`${name}.files.${file}.bytes`, content.length, bytes);
    cases.equal(
      `${name}.files.${file}.sha256`,
      createHash('sha256').update(content).digest('hex'),
      sha256,
    );
    return readCapture(path);
  });
  const played = play(golden.market, lines);
  for (const [key, count] of Object.entries(golden.counts)) {
    cases.equal(`${name}.counts.${key}`, played.counts[key] ?? 0, count);
  }
  for (const [key, value] of Object.entries(golden.book)) {
    cases.equal(`${name}.book.${key}`, played.book[key], value);
  }
  compareFlow(name, golden, played, cases);
  const bars = golden.bars_1m_by_exchange_trade_time;
  cases.equal(`${name}.bars.starts`, [...played.bars.keys()], Object.keys(bars));
  for (const [start, bar] of Object.entries(bars)) {
    cases.equal(`${name}.bars.${start}`, played.bars.get(start), bar);
  }
}

function compareFlow(name: string, golden: GoldenCapture, played: Played, cases: Cases): void {
  const { events, total, n_windows, first_10_local_second_windows } = golden.ofi_l1;
  cases.equal(`${name}.ofi_l1.events`, played.flowEvents, events);
  cases.equal(`${name}.ofi_l1.total`, played.flowTotal, total);
  cases.equal(`${name}.ofi_l1.n_windows`, played.flowWindows.size, n_windows);
  const firstStarts = [...played.flowWindows.keys()].slice(0, 10);
  cases.equal(
    `${name}.ofi_l1.first_windows`,
    firstStarts,
    Object.keys(first_10_local_second_windows).slice(0, 10),
  );
  for (const [start, sum] of Object.entries(first_10_local_second_windows)) {
    cases.equal(`${name}.ofi_l1.windows.${start}`, played.flowWindows.get(start), sum);
  }
}

/** In the folder `binance` beside the golden files, else in the repository. */
function findCapture(file: string, dir: string): string {
  const beside = join(dir, '../binance', file);
  return existsSync(beside) ? beside : join(CAPTURES, file);
}
