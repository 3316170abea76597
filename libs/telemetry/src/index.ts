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
