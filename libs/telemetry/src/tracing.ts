/**
 * Traces across Kafka: W3C trace context in the headers of messages, one span a batch with links to
 * its messages, OTLP over HTTP. Nothing global is set, so several can live in one process; with no
 * receiver named, `NO_TRACING` passes contexts on and does nothing else.
 */
import type { AttributeName, SpanName } from './names.ts';

/** The headers of a message, as far as traces go (https://www.w3.org/TR/trace-context/). */
export interface TraceCarrier {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanAttributes = Readonly<Partial<Record<AttributeName, string | number | boolean>>>;

export interface SpanOptions {
  /** `internal` when left out. */
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** Headers that the span continues. Left out: the span that the code runs in, or a new trace. */
  readonly parent?: TraceCarrier;
  /** Headers of messages that the span is about without descending from them. */
  readonly links?: Iterable<TraceCarrier>;
}

export interface TraceSpan {
  /** Headers for messages that follow from this span. */
  readonly carrier: TraceCarrier;
  /** Whether anyone will see it: skip what is only computed for attributes when not. */
  readonly isRecording: boolean;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed, with the code of the fault. */
  fail(thrown: unknown): void;
  /** Ends it; a second call does nothing. */
  end(): void;
}

export interface Tracing {
  readonly isEnabled: boolean;
  /** Runs in a span, which ends with the run and fails when it throws. */
  withSpan<T>(
    name: SpanName,
    options: SpanOptions,
    run: (span: TraceSpan) => T | Promise<T>,
  ): Promise<T>;
  /** A span that the caller ends. Code does not run in it: pass its carrier on. */
  startSpan(name: SpanName, options?: SpanOptions): TraceSpan;
  /** Headers of the span that the code runs in; empty outside of any. */
  current(): TraceCarrier;
  /** trace_id and span_id for log lines, where there are any. */
  logContext(): Readonly<Record<string, string>> | undefined;
  /** Sends what has gathered. */
  flush(): Promise<void>;
  /** Sends what has gathered and stops. */
  shutdown(): Promise<void>;
}

/** Links that one span may carry; a batch with more messages keeps the first ones. */
export const LINKS_MAX = 128;

class PassedOn implements TraceSpan {
  readonly carrier: TraceCarrier;
  readonly isRecording = false;

  constructor(carrier: TraceCarrier) {
    this.carrier = carrier;
  }

  set(): void {
    // Nobody will see it.
  }
  fail(): void {
    // Nobody will see it.
  }
  end(): void {
    // Nothing was started.
  }
}

const EMPTY_CARRIER: TraceCarrier = {};
const NO_SPAN: TraceSpan = new PassedOn(EMPTY_CARRIER);

/** Costs a call: contexts that come in go out again, so that a trace through this process holds. */
export const NO_TRACING: Tracing = {
  isEnabled: false,
  withSpan: async (_, options, run) => run(passedOn(options)),
  startSpan: (_, options) => passedOn(options),
  current: () => EMPTY_CARRIER,
  logContext: () => undefined,
  flush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

function passedOn(options: SpanOptions | undefined): TraceSpan {
  const parent = options?.parent;
  return parent?.traceparent === undefined ? NO_SPAN : new PassedOn(traceHeaders(parent));
}

/** The trace headers alone, whatever else the carrier holds. */
export function traceHeaders(carrier: TraceCarrier): TraceCarrier {
  const { traceparent, tracestate } = carrier;
  return {
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}
