/**
 * Open-loop latency through the whole mesh: frames are published on a timetable, whatever comes back, and a report's
 * latency runs from the time at which the frame that caused it was due until the report is read from its topic. So a
 * stall counts for every frame that it delayed (no coordinated omission). Real broker, registry, database and
 * services, as `npm start` runs them.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bus, connectBus } from '@tickmesh/bus';
import { commandLineSchema, loadConfig } from '@tickmesh/config';
import type { RawFrame } from '@tickmesh/contracts';
import { ConnectionFrames } from '@tickmesh/data-plane/replay';
import { seededRandom } from '@tickmesh/kernel';
import { freePortVariables, launchMesh } from '@tickmesh/local';
import type { BenchRow } from './row.ts';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const RATES = [1_000, 5_000];
/** A broker and services that have just started still compile themselves. */
const WARM_UP_S = Number(process.env['BENCH_WARM_UP_SECONDS'] ?? 30);
const MEASURED_S = Number(process.env['BENCH_SECONDS'] ?? 20);
/** Frames that are due together. */
const SLICE_MS = 1;
const AIM_MS = 40;

export async function bench(): Promise<BenchRow[]> {
  const meshDir = join(HERE, '..', '.mesh', `bench-latency-${process.pid}`);
  const mesh = await launchMesh({
    meshDir,
    variables: {
      ...(await freePortVariables()),
      FEED: 'sim:AAPL',
      STRATEGIES_FILE: 'bench/data/latency-strategies.yaml',
      LIMITS_FILE: 'bench/data/latency-limits.yaml',
      LOG_LEVEL: 'warn',
    },
    fresh: true,
    onEvent: () => undefined,
    progress: () => undefined,
  });
  try {
    await mesh.ready;
    const config = loadConfig(commandLineSchema, mesh.environment);
    const bus = connectBus({ kafka: config.kafka, registry: { url: config.registry.url } });
    try {
      const rows: BenchRow[] = [];
      for (const rate of RATES) rows.push(...(await measure(bus, rate)));
      return rows;
    } finally {
      await bus.close();
    }
  } finally {
    await mesh.stop();
    rmSync(meshDir, { recursive: true, force: true });
  }
}

async function measure(bus: Bus, rate: number): Promise<BenchRow[]> {
  const runId = `latency-${rate}-${Date.now()}`;
  const dueMs = new Map<string, number>();
  const latencies: number[] = [];
  const ending = new AbortController();
  const startMs = performance.now() + 500;
  const reading = readReports(bus, runId, ending.signal, (correlationId) => {
    const due = dueMs.get(correlationId);
    if (due !== undefined && due >= startMs + WARM_UP_S * 1000) {
      latencies.push(performance.now() - due);
    }
  });
  await reading.open;
  await publishOnTime(bus, runId, rate, startMs, dueMs);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  ending.abort();
  await reading.done;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.floor(share * latencies.length)] ?? Number.NaN;
  const row = (name: string, value: number, aim: string): BenchRow => ({
    name: `frame to execution report, ${rate.toLocaleString('en-US')} frames/s, ${name} of ${latencies.length} orders`,
    unit: 'ms',
    ours: value,
    baseline: AIM_MS,
    baselineName: '',
    ratio: AIM_MS / value,
    aim,
    equal: latencies.length > MEASURED_S,
  });
  return [row('p50', at(0.5), ''), row('p99', at(0.99), `under ${AIM_MS} ms`)];
}

/** Publishes quotes of a random walk at the times that the rate gives. */
async function publishOnTime(
  bus: Bus,
  runId: string,
  rate: number,
  startMs: number,
  dueMs: Map<string, number>,
): Promise<void> {
  const numbered = new ConnectionFrames(runId, 'SIM');
  const random = seededRandom(1);
  const perSlice = (rate * SLICE_MS) / 1000;
  const slices = ((WARM_UP_S + MEASURED_S) * 1000) / SLICE_MS;
  const sent: Promise<void>[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const due = startMs + slice * SLICE_MS;
    const waitMs = due - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const messages = Array.from({ length: perSlice }, () => {
      const value = quote(numbered, random.integer(1, 50) * 100, random.integer(1, 50) * 100);
      const eventId = `${runId}/${value.connection_sequence}`;
      dueMs.set(eventId, due);
      const headers = { event_id: eventId, run_id: runId, mode: 'paper' as const };
      return { topic: 'market_raw' as const, value, headers };
    });
    sent.push(bus.publisher.publishAll(messages));
  }
  await Promise.all(sent);
}

function quote(numbered: ConnectionFrames, bidSize: number, askSize: number): RawFrame {
  const nowMicros = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const payload = Buffer.from(
    `{"type":"quote","symbol":"SMOKE","time":${nowMicros},"sequence":${sequence++},"bid":"99.99","bid_size":"${bidSize}","ask":"100.01","ask_size":"${askSize}"}`,
  );
  return numbered.make('FRAME', {
    symbol: 'SMOKE',
    stream: 'bench',
    received_at_ns: BigInt(nowMicros) * 1000n,
    payload,
  });
}
let sequence = 1;

/** The first report of each order that was filled. */
function readReports(
  bus: Bus,
  runId: string,
  signal: AbortSignal,
  onReport: (correlationId: string) => void,
): { readonly open: Promise<void>; readonly done: Promise<void> } {
  const seen = new Set<string>();
  const read = async (onOpen: () => void): Promise<void> => {
    const options = { from: 'end', follow: true, signal, onOpen } as const;
    for await (const record of bus.tail('exec_reports', options)) {
      if (record.kind !== 'message') continue;
      const { headers, value } = record.delivery;
      const correlationId = headers.correlation_id;
      if (headers.run_id !== runId || correlationId === undefined) continue;
      if (value.status === 'REJECTED' || seen.has(value.intent_id)) continue;
      seen.add(value.intent_id);
      onReport(correlationId);
    }
  };
  let done = Promise.resolve();
  const open = new Promise<void>((resolve) => {
    done = read(resolve);
  });
  return { open, done };
}
