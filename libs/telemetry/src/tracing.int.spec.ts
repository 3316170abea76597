/** Traces against a real OTLP/HTTP receiver: a server that reads what the exporter sends. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import {
  NO_TRACING,
  type Tracing,
  type TracingOptions,
  createLogger,
  startTracing,
} from './index.ts';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

let receiver: Server;
let spans: ReceivedSpan[];
let resources: string[];
let paths: string[];
const opened: Tracing[] = [];

beforeEach(async () => {
  [spans, resources, paths] = [[], [], []];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(`${request.url ?? ''} ${String(request.headers['x-key'])}`);
      take(JSON.parse(Buffer.concat(chunks).toString()) as Export);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((tracing) => tracing.shutdown()));
  await new Promise((resolve) => {
    receiver.closeAllConnections();
    receiver.close(resolve);
  });
});

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: unknown;
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

function take(body: Export): void {
  for (const { resource, scopeSpans } of body.resourceSpans) {
    resources.push(JSON.stringify(resource));
    spans.push(...scopeSpans.flatMap((scope) => scope.spans));
  }
}

function tracingOf(service: string, options: Partial<TracingOptions> = {}): Tracing {
  const { port } = receiver.address() as AddressInfo;
  const tracing = startTracing({
    service,
    otlpEndpointUrl: `http://127.0.0.1:${port}/`,
    otlpHeaders: { 'x-key': 'k' },
    sampler: 'parentbased_traceidratio',
    sampleRatio: 1,
    ...options,
  });
  opened.push(tracing);
  return tracing;
}

const span = (name: string): ReceivedSpan => spans.find((candidate) => candidate.name === name)!;

describe('a trace', () => {
  it('runs through the headers of messages from one process to the next', async () => {
    const connector = tracingOf('data-plane');
    const plane = tracingOf('strategy-plane');
    const headers = await connector.withSpan('frame.publish', { kind: 'producer' }, (sent) =>
      Promise.resolve(sent.carrier),
    );
    await plane.withSpan(
      'strategy.decide',
      { kind: 'consumer', parent: headers, attributes: { 'tickmesh.symbol': 'BTCUSDT' } },
      async () => {
        await plane.withSpan('order.send', {}, () => Promise.resolve());
      },
    );
    await Promise.all([connector.flush(), plane.flush()]);
    const [first, second, third] = [
      span('frame.publish'),
      span('strategy.decide'),
      span('order.send'),
    ];
    expect(headers.traceparent).toBe(`00-${first.traceId}-${first.spanId}-01`);
    expect([second.traceId, second.parentSpanId]).toEqual([first.traceId, first.spanId]);
    expect([third.traceId, third.parentSpanId]).toEqual([first.traceId, second.spanId]);
    expect([first.kind, second.kind]).toEqual([4, 5]);
    expect(second.attributes).toContainEqual({
      key: 'tickmesh.symbol',
      value: { stringValue: 'BTCUSDT' },
    });
    expect(paths[0]).toBe('/v1/traces k');
    expect(resources.some((resource) => resource.includes('"strategy-plane"'))).toBe(true);
  });

  it('has one span for a batch, with links to its messages, bounded', async () => {
    const tracing = tracingOf('order-plane');
    const links = Array.from({ length: 200 }, (_, index) => ({
      traceparent: `00-${'a'.repeat(32)}-${String(index + 1).padStart(16, '0')}-01`,
      event_id: 'other headers do not matter',
    }));
    const batch = tracing.startSpan('batch.process', {
      links: [{ traceparent: 'junk' }, ...links],
    });
    batch.end();
    batch.end();
    await tracing.flush();
    expect(spans).toHaveLength(1);
    expect(span('batch.process').links).toHaveLength(128);
    expect(span('batch.process').links?.[0]?.spanId).toBe('0000000000000001');
  });

  it('tells a failed span by the code of its fault, and passes the fault on', async () => {
    const tracing = tracingOf('order-plane');
    const run = tracing.withSpan('order.send', {}, () => {
      throw new Fault('ORDER_BROKER_UNREACHABLE');
    });
    await expect(run).rejects.toMatchObject({ code: 'ORDER_BROKER_UNREACHABLE' });
    await tracing.flush();
    expect(span('order.send').status).toEqual({ code: 2, message: 'ORDER_BROKER_UNREACHABLE' });
  });

  it('stands in the log lines that are written in it', async () => {
    const tracing = tracingOf('order-plane');
    const lines: string[] = [];
    const logger = createLogger({
      service: 'order-plane',
      level: 'info',
      write: (line) => lines.push(line),
      traceContext: () => tracing.logContext(),
    });
    await tracing.withSpan('order.decide', {}, async () => {
      await Promise.resolve();
      logger.info('order.accepted');
    });
    await tracing.flush();
    const { traceId, spanId } = span('order.decide');
    expect(JSON.parse(lines[0]!)).toMatchObject({ trace_id: traceId, span_id: spanId });
    expect(tracing.logContext()).toBeUndefined();
  });

  it('follows the decision of its first process whether it is kept', async () => {
    const tracing = tracingOf('data-plane', { sampleRatio: 0 });
    const dropped = tracing.startSpan('frame.publish');
    const kept = tracing.startSpan('market.derive', {
      parent: { traceparent: `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`, tracestate: 'desk=1' },
    });
    expect([dropped.isRecording, kept.isRecording]).toEqual([false, true]);
    expect(dropped.carrier.traceparent?.endsWith('-00')).toBe(true);
    expect(kept.carrier.tracestate).toBe('desk=1');
    dropped.end();
    kept.end();
    await tracing.flush();
    expect(spans.map(({ name }) => name)).toEqual(['market.derive']);
  });
});

describe('tracing that is off', () => {
  it('is what an unset endpoint gives, and passes contexts on', async () => {
    const off = startTracing({
      service: 's',
      otlpEndpointUrl: undefined,
      sampler: 'always_on',
      sampleRatio: 1,
    });
    expect(off).toBe(NO_TRACING);
    const parent = { traceparent: `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`, event_id: 'e' };
    expect(off.startSpan('order.send', { parent }).carrier).toEqual({
      traceparent: parent.traceparent,
    });
    expect(await off.withSpan('order.send', {}, (none) => none.isRecording)).toBe(false);
  });
});

describe('a receiver that goes away', () => {
  it('is told once, and once more when it is back; the mesh goes on', async () => {
    const states: boolean[] = [];
    let isUp = false;
    receiver.removeAllListeners('request');
    receiver.on('request', (request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(isUp ? 200 : 400).end('{}'));
    });
    const tracing = tracingOf('data-plane', { onExport: (up) => states.push(up) });
    const flushOne = async (): Promise<void> => {
      tracing.startSpan('frame.publish').end();
      await tracing.flush().catch(() => undefined);
    };
    await flushOne();
    await flushOne();
    isUp = true;
    await flushOne();
    expect(states).toEqual([false, true]);
  });
});
