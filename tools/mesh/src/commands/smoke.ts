import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Bus, TailedRecord } from '@tickmesh/bus';
import { ConnectionFrames } from '@tickmesh/data-plane/replay';
import type { ExecutionReport, RawFrame } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import { countOf } from '../arguments.ts';
import { withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface SmokeOptions extends CommonOptions {
  readonly timeout: string;
}

/** The market and the strategy that are kept for this (contracts/instruments, config/strategies.yaml). */
const SYMBOL = 'SMOKE';
const EXCHANGE = 'SIM';
const STRATEGY = 'SMOKE';
/** Seconds of quiet trading before the burst: the strategy's warm-up, and some. */
const QUIET_SECONDS = 12;
const BURST_INTERVAL_MS = 4_000;
const LOOK_MS = 10;

const STAGES = [
  'market_raw',
  'market_events',
  'ofi_events',
  'order_intents',
  'exec_reports',
] as const;
type Stage = (typeof STAGES)[number];

/** `mesh smoke`: market data in, the execution report out, and the time of each stage. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('smoke')
    .description(
      'Publish market data, wait for the execution report that follows, tell the time of each stage',
    )
    .option('--timeout <seconds>', 'give up after so long', '30')
    .option('--json', 'one JSON text')
    .action((options: SmokeOptions) =>
      run(options, output, () => withBus((bus) => smoke(bus, options, output))),
    );
}

async function smoke(bus: Bus, options: SmokeOptions, output: Output): Promise<void> {
  const timeoutMs = countOf('--timeout', options.timeout) * 1000;
  const startMs = Date.now();
  const runId = `mesh-smoke-${startMs}`;
  const ending = new AbortController();
  const seen = new Map<Stage, number>();
  const watch = new Watch(bus, runId, seen, ending.signal);
  await watch.open();
  const timer = setTimeout(() => {
    ending.abort();
  }, timeoutMs);
  try {
    await trade(new SmokeMarket(bus, runId), seen, ending.signal);
    const report = await watch.report();
    if (report === undefined) throw overdue(seen, timeoutMs);
    tell(report, seen, startMs, options, output);
  } finally {
    clearTimeout(timer);
    ending.abort();
    await watch.close();
  }
}

function overdue(seen: ReadonlyMap<Stage, number>, timeoutMs: number): Fault {
  const missing = STAGES.filter((stage) => !seen.has(stage));
  return new Fault('SERVICE_UNREACHABLE', {
    waited_ms: timeoutMs,
    seen_on: [...seen.keys()].join(' '),
    missing_on: missing.join(' '),
    cure: 'run `mesh health`; the strategy SMOKE must be in config/strategies.yaml',
  });
}

function tell(
  report: ExecutionReport,
  seen: ReadonlyMap<Stage, number>,
  startMs: number,
  options: CommonOptions,
  output: Output,
): void {
  const stages = STAGES.map((stage) => ({
    stage,
    after_ms: (seen.get(stage) ?? Number.NaN) - startMs,
  }));
  const { intent_id, status, reject_reason } = report;
  if (options.json === true) return output.line(json({ stages, intent_id, status, reject_reason }));
  output.line(
    table(
      ['stage', 'after'],
      stages.map(({ stage, after_ms }) => [stage, `${after_ms} ms`]),
    ),
  );
  output.line(
    `report: ${status}${reject_reason ? ` (${reject_reason})` : ''}, intent ${intent_id}`,
  );
}

/**
 * Quiet trading, a burst when it has come through, and another burst as long as nobody decides: topics have no order
 * among each other, so a strategy may see the flow of a burst before the price that it needs to size an order.
 */
async function trade(
  market: SmokeMarket,
  seen: Map<Stage, number>,
  signal: AbortSignal,
): Promise<void> {
  await market.quiet();
  seen.set('market_raw', Date.now());
  const isThrough = (): boolean => seen.has('market_events') && seen.has('ofi_events');
  await waitFor(isThrough, Infinity, signal);
  while (!seen.has('order_intents') && !signal.aborted) {
    await market.burst();
    await waitFor(() => seen.has('order_intents'), BURST_INTERVAL_MS, signal);
  }
}

async function waitFor(holds: () => boolean, limitMs: number, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + limitMs;
  while (!holds() && !signal.aborted && Date.now() < untilMs) await pause(LOOK_MS);
}

/** Quotes of the market that is kept for this, as a connector would publish them. */
class SmokeMarket {
  readonly #bus: Bus;
  readonly #runId: string;
  readonly #numbered: ConnectionFrames;
  #frames: RawFrame[] = [];
  #sequence = 0;

  constructor(bus: Bus, runId: string) {
    this.#bus = bus;
    this.#runId = runId;
    this.#numbered = new ConnectionFrames(runId, EXCHANGE);
  }

  /** Windows with small flows either way, up to three seconds ago. */
  async quiet(): Promise<void> {
    const end = Math.floor(Date.now() / 1000) - 3;
    for (let second = 0; second < QUIET_SECONDS; second++) {
      this.#quote(end - QUIET_SECONDS + second, 1, 500);
      this.#quote(end - QUIET_SECONDS + second, 5, 500 + (second % 3) * 10);
    }
    this.#quote(end, 0, 500);
    await this.#publish();
  }

  /** Back to the quiet size, then much buying in the last whole second, then the quote that closes it. */
  async burst(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    this.#quote(now - 2, 5, 500);
    this.#quote(now - 1, 5, 5000);
    this.#quote(now, 0, 5000);
    await this.#publish();
  }

  #quote(second: number, tenth: number, bidSize: number): void {
    const micros = second * 1_000_000 + tenth * 100_000;
    const payload = {
      type: 'quote',
      symbol: SYMBOL,
      time: micros,
      sequence: ++this.#sequence,
      bid: '99.99',
      bid_size: String(bidSize),
      ask: '100.01',
      ask_size: '500',
    };
    this.#frames.push(
      this.#numbered.make('FRAME', {
        symbol: SYMBOL,
        stream: 'smoke',
        received_at_ns: BigInt(micros) * 1000n,
        payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
  }

  async #publish(): Promise<void> {
    const frames = this.#frames;
    this.#frames = [];
    await this.#bus.publisher.publishAll(
      frames.map((value) => ({
        topic: 'market_raw' as const,
        value,
        headers: {
          event_id: `${this.#runId}/${value.connection_sequence}`,
          run_id: this.#runId,
          mode: 'paper' as const,
        },
      })),
    );
  }
}

/** Notes when the first message of the run appears on each topic; ends with the first report of the strategy. */
class Watch {
  readonly #bus: Bus;
  readonly #runId: string;
  readonly #seen: Map<Stage, number>;
  readonly #signal: AbortSignal;
  #tails: Promise<ExecutionReport | undefined>[] = [];

  constructor(bus: Bus, runId: string, seen: Map<Stage, number>, signal: AbortSignal) {
    this.#bus = bus;
    this.#runId = runId;
    this.#seen = seen;
    this.#signal = signal;
  }

  /** Stands at the end of each topic before anything is published. */
  async open(): Promise<void> {
    const opened: Promise<void>[] = [];
    for (const stage of STAGES.slice(1)) {
      opened.push(
        new Promise((resolve) => {
          this.#tails.push(this.#follow(stage, resolve));
        }),
      );
    }
    await Promise.all(opened);
  }

  async report(): Promise<ExecutionReport | undefined> {
    return this.#tails.at(-1);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#tails);
  }

  async #follow(stage: Stage, opened: () => void): Promise<ExecutionReport | undefined> {
    const options = { from: 'end', follow: true, signal: this.#signal, onOpen: opened } as const;
    for await (const record of this.#bus.tail(stage, options)) {
      if (!isOfRun(record, this.#runId)) continue;
      if (!this.#seen.has(stage)) this.#seen.set(stage, Date.now());
      if (stage !== 'exec_reports') return undefined;
      const report = (record as { delivery: { value: ExecutionReport } }).delivery.value;
      if (report.strategy_id === STRATEGY) return report;
    }
    return undefined;
  }
}

function isOfRun(record: TailedRecord, runId: string): boolean {
  return record.kind === 'message' && record.delivery.headers.run_id === runId;
}
