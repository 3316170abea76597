/** The OpenTelemetry SDK behind `Tracing`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind as OtelSpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { ExportResultCode, TraceState, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { faultOf } from '@tickmesh/kernel';
import type { SpanName } from './names.ts';
import {
  LINKS_MAX,
  NO_TRACING,
  type SpanAttributes,
  type SpanKind,
  type SpanOptions,
  type TraceCarrier,
  type TraceSpan,
  type Tracing,
} from './tracing.ts';

export interface TracingOptions {
  readonly service: string;
  /** Base URL of an OTLP/HTTP receiver; undefined gives `NO_TRACING`. */
  readonly otlpEndpointUrl: string | undefined;
  readonly otlpHeaders?: Readonly<Record<string, string>>;
  readonly sampler: 'always_on' | 'always_off' | 'traceidratio' | 'parentbased_traceidratio';
  /** Share of new traces that are kept, 0 to 1. */
  readonly sampleRatio: number;
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  /** Told when the receiver stops taking spans, and when it takes them again. */
  readonly onExport?: (isUp: boolean, error: Error | undefined) => void;
}

/** Spans beyond the queue are dropped: telemetry never slows the mesh down. */
const QUEUE_SPANS_MAX = 8_192;
const EXPORT_SPANS_MAX = 512;
const EXPORT_INTERVAL_MS = 1_000;
const EXPORT_TIMEOUT_MS = 5_000;

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
};

export function startTracing(options: TracingOptions): Tracing {
  if (options.otlpEndpointUrl === undefined) return NO_TRACING;
  const exporter = new OTLPTraceExporter({
    url: `${options.otlpEndpointUrl.replace(/\/+$/, '')}/v1/traces`,
    headers: { ...options.otlpHeaders },
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    sampler: samplerOf(options),
    resource: resourceFromAttributes({
      'service.namespace': 'tickmesh',
      ...options.resourceAttributes,
      'service.name': options.service,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watched(exporter, options.onExport),
        maxQueueSize: QUEUE_SPANS_MAX,
        maxExportBatchSize: EXPORT_SPANS_MAX,
        scheduledDelayMillis: EXPORT_INTERVAL_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  return new OtlpTracing(provider);
}

class OtlpTracing implements Tracing {
  readonly isEnabled = true;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #running = new AsyncLocalStorage<SdkSpan>();

  constructor(provider: TracerProvider) {
    this.#provider = provider;
    this.#tracer = provider.getTracer('tickmesh');
  }

  async withSpan<T>(
    name: SpanName,
    options: SpanOptions,
    run: (span: TraceSpan) => T | Promise<T>,
  ): Promise<T> {
    const span = this.#start(name, options);
    try {
      return await this.#running.run(span, async () => run(span));
    } catch (thrown) {
      span.fail(thrown);
      throw thrown;
    } finally {
      span.end();
    }
  }

  startSpan(name: SpanName, options: SpanOptions = {}): TraceSpan {
    return this.#start(name, options);
  }

  current(): TraceCarrier {
    return this.#running.getStore()?.carrier ?? {};
  }

  logContext(): Readonly<Record<string, string>> | undefined {
    const context = this.#running.getStore()?.context;
    return context === undefined
      ? undefined
      : { trace_id: context.traceId, span_id: context.spanId };
  }

  flush(): Promise<void> {
    return this.#provider.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#provider.shutdown();
  }

  #start(name: SpanName, options: SpanOptions): SdkSpan {
    const span = this.#tracer.startSpan(
      name,
      {
        kind: KINDS[options.kind ?? 'internal'],
        ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
        ...(options.links === undefined ? {} : { links: linksOf(options.links) }),
      },
      this.#parentContext(options),
    );
    return new SdkSpan(span);
  }

  #parentContext(options: SpanOptions): Context {
    const remote = options.parent === undefined ? undefined : spanContextOf(options.parent);
    if (remote !== undefined) return trace.setSpanContext(ROOT_CONTEXT, remote);
    const running = this.#running.getStore();
    if (running === undefined) return ROOT_CONTEXT;
    return trace.setSpanContext(ROOT_CONTEXT, running.context);
  }
}

class SdkSpan implements TraceSpan {
  readonly #span: Span;
  readonly context: SpanContext;
  #carrier: TraceCarrier | undefined;
  #isEnded = false;

  constructor(span: Span) {
    this.#span = span;
    this.context = span.spanContext();
  }

  get carrier(): TraceCarrier {
    this.#carrier ??= carrierOf(this.context);
    return this.#carrier;
  }

  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  fail(thrown: unknown): void {
    const fault = faultOf(thrown);
    this.#span.setAttribute('error.type', fault.code);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: fault.code });
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#span.end();
  }
}

function carrierOf(context: SpanContext): TraceCarrier {
  const flags = (context.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  const traceparent = `00-${context.traceId}-${context.spanId}-${flags}`;
  const tracestate = context.traceState?.serialize() ?? '';
  return tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

/** Undefined when the header is absent or not of the W3C form: a bad header starts a new trace. */
function spanContextOf(carrier: TraceCarrier): SpanContext | undefined {
  if (carrier.traceparent === undefined) return undefined;
  const context = parseTraceParent(carrier.traceparent);
  if (context === null || !isSpanContextValid(context)) return undefined;
  return {
    ...context,
    isRemote: true,
    ...(carrier.tracestate === undefined ? {} : { traceState: new TraceState(carrier.tracestate) }),
  };
}

function linksOf(carriers: Iterable<TraceCarrier>): { context: SpanContext }[] {
  const links: { context: SpanContext }[] = [];
  for (const carrier of carriers) {
    if (links.length === LINKS_MAX) break;
    const context = spanContextOf(carrier);
    if (context !== undefined) links.push({ context });
  }
  return links;
}

function samplerOf({ sampler, sampleRatio }: TracingOptions): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(sampleRatio);
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) });
  }
}

/** The SDK keeps failed exports to itself; this says when the receiver goes and comes back. */
function watched(exporter: SpanExporter, onExport: TracingOptions['onExport']): SpanExporter {
  let wasUp = true;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        const isUp = result.code === ExportResultCode.SUCCESS;
        if (isUp !== wasUp) onExport?.(isUp, result.error);
        wasUp = isUp;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
