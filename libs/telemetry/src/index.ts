export {
  LOG_LEVELS,
  type LogFields,
  type LogLevel,
  type Logger,
  type LoggerOptions,
  SILENT_LOGGER,
  createLogger,
} from './logger.ts';
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Metrics,
  type MetricsOptions,
  SERIES_MAX,
  createMetrics,
} from './metrics.ts';
export {
  ATTRIBUTES,
  type AttributeName,
  EVENTS,
  type EventName,
  type LabelsOf,
  METRICS,
  type MetricName,
  type MetricsOfType,
  SPANS,
  type SpanName,
} from './names.ts';
export { type TracingOptions, startTracing } from './otlp-tracing.ts';
export {
  LINKS_MAX,
  NO_TRACING,
  type SpanAttributes,
  type SpanKind,
  type SpanOptions,
  type TraceCarrier,
  type TraceSpan,
  type Tracing,
  traceHeaders,
} from './tracing.ts';
export { renderTelemetryPage } from './page.ts';
