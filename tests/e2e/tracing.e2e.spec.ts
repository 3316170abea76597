/** One order's way, as a receiver of traces sees it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from './support/otlp-receiver.ts';
import { type TestMesh, openTestMesh } from './support/test-mesh.ts';
import { until } from './support/until.ts';

const STRATEGIES = `
version: 1
strategies:
  - id: TRACED
    kind: ofi_crossover
    account: PAPER-1
    markets:
      - { symbol: BTCUSDT, exchange: BINANCE }
    parameters:
      window: 100ms
      threshold: 0.5
      notional: 1000
      position_notional_max: 50000
      cooldown_ms: 60000
      warm_up_windows: 5
`;
/** Some seconds of the market. */
const LINES = 1_500;

let mesh: TestMesh;
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  mesh = await openTestMesh('tracing');
});

afterAll(async () => {
  await (mesh as TestMesh | undefined)?.close();
  await receiver.close();
});

/** From a span up to the first of its trace. */
function ancestors(span: ReceivedSpan, trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  const way = [span];
  for (let at: ReceivedSpan | undefined = span; at.parentSpanId !== '';) {
    const parent: string = at.parentSpanId;
    at = trace.find(({ spanId }) => spanId === parent);
    if (at === undefined) throw new Error(`span ${parent} was never received`);
    way.push(at);
  }
  return way;
}

describe('The trace of an order', () => {
  it('leads from the frame that caused it to its last report, through every service', async () => {
    const strategies = join(mesh.folder, 'strategies.yaml');
    writeFileSync(strategies, STRATEGIES);
    const capture = join(mesh.folder, 'capture');
    const recorded = join(REPOSITORY_ROOT, 'tests', 'data', 'binance', 'spot-btcusdt-1.gz');
    const lines = gunzipSync(readFileSync(recorded)).toString('utf8').split('\n').slice(0, LINES);
    writeFileSync(capture, `${lines.join('\n')}\n`);
    const traced = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: 'always_on',
      STRATEGIES_FILE: strategies,
    };
    const planes = await Promise.all(
      (['data-plane/main', 'strategy-plane/main', 'order-plane/main'] as const).map(
        async (script) => (await mesh.start(script, traced)).ready(),
      ),
    );
    const feed = { FEED: `replay:${capture}`, FEED_LOOP: 'false', FEED_SPEED: '4' };
    const connector = await mesh.start('data-plane/connector', { ...traced, ...feed });
    const [report] = await until('a report', async () => {
      const reports = await mesh.messages('exec_reports');
      return reports.length > 0 && reports;
    });
    // What ends in order exports what it has gathered.
    for (const service of [connector, ...planes]) expect((await service.stop()).code).toBe(0);

    const traceId = report?.headers.traceparent?.split('-')[1];
    const reports = (await mesh.messages('exec_reports')).filter(
      ({ value }) => value.intent_id === report?.value.intent_id,
    );
    expect(reports.map(({ headers }) => headers.traceparent?.split('-')[1])).toEqual(
      reports.map(() => traceId),
    );
    const [intent] = (await mesh.messages('order_intents')).filter(
      ({ value }) => value.intent_id === report?.value.intent_id,
    );
    expect(intent?.headers.traceparent?.split('-')[1]).toBe(traceId);
    const trace = receiver.spans.filter((span) => span.traceId === traceId);
    const published = trace.find(({ name }) => name === 'report.publish');
    if (published === undefined) throw new Error(trace.map(({ name }) => name).join(' '));
    const way = ancestors(published, trace).toReversed();
    expect(way.map(({ service, name }) => `${service} ${name}`)).toEqual(
      expect.arrayContaining([
        'connector frame.publish',
        'data-plane market.derive',
        'strategy-plane strategy.decide',
        'order-plane order.decide',
        'order-plane report.publish',
      ]),
    );
    expect(way[0]?.name).toBe('frame.publish');
    const frame = (await mesh.messages('market_raw')).find(
      ({ headers }) => headers.traceparent?.split('-')[1] === traceId,
    );
    expect(frame?.headers.event_id).toBe(intent?.headers.correlation_id);
  });
});
