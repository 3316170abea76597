import { assert } from '@tickmesh/kernel';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
  collectDefaultMetrics,
} from 'prom-client';
import { type LabelsOf, METRICS, type MetricName, type MetricsOfType } from './names.ts';

/**
 * Metrics of one process. A handle is taken once for a set of labels and then costs an addition; the
 * numbers are given to the exposition when it is asked for.
 */
export interface Metrics {
  counter<N extends MetricsOfType<'counter'>>(name: N, labels: LabelsOf<N>): Counter;
  gauge<N extends MetricsOfType<'gauge'>>(name: N, labels: LabelsOf<N>): Gauge;
  histogram<N extends MetricsOfType<'histogram'>>(name: N, labels: LabelsOf<N>): Histogram;
  /** Shows the metrics before their first value, so that who looks for one by name finds it. */
  declare(names: readonly MetricName[]): void;
  /** Runs `sample` before each exposition: for gauges that are read, not kept. */
  beforeCollect(sample: () => void | Promise<void>): void;
  /** Prometheus text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

export interface Counter {
  /** @param count finite and not negative; 1 when left out */
  add(count?: number): void;
}

export interface Gauge {
  set(value: number): void;
  add(difference: number): void;
}

export interface Histogram {
  /** @param value in the unit of the metric's name */
  observe(value: number): void;
}

/**
 * Sets of labels that one metric may have. Beyond it all share one set whose labels say `overflow`, so
 * that a flood of names cannot exhaust memory here or in Prometheus.
 */
export const SERIES_MAX = 2_000;
const OVERFLOW = 'overflow';

export interface MetricsOptions {
  /** Adds CPU, memory, event loop and garbage collection of the process. */
  readonly processMetrics?: boolean;
}

export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const samples: (() => void | Promise<void>)[] = [];
  if (options.processMetrics ?? false) collectProcessMetrics(registry);
  const families = new Map<MetricName, Family<unknown>>();
  const familyOf = (name: MetricName): Family<unknown> => {
    let family = families.get(name);
    if (family === undefined) families.set(name, (family = openFamily(name, registry)));
    return family;
  };
  const take = (name: MetricName, labels: Record<string, string>): unknown =>
    familyOf(name).handle(labels);
  return {
    counter: (name, labels) => take(name, labels) as Counter,
    gauge: (name, labels) => take(name, labels) as Gauge,
    histogram: (name, labels) => take(name, labels) as Histogram,
    declare: (names) => {
      for (const name of names) familyOf(name);
    },
    beforeCollect: (sample) => void samples.push(sample),
    render: async () => {
      for (const sample of samples) await sample();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** Gauges that the client library names as if they were counters; Prometheus' own checker refuses them. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

interface Family<H> {
  handle(labels: Readonly<Record<string, string>>): H;
}

function openFamily(name: MetricName, registry: Registry): Family<unknown> {
  const type = METRICS[name].type;
  if (type === 'counter') return counterFamily(name, registry);
  if (type === 'gauge') return gaugeFamily(name, registry);
  return histogramFamily(name, registry);
}

class HeldCounter implements Counter {
  /** Not yet handed to the registry. */
  pending = 0;
  add(count = 1): void {
    assert(count >= 0, 'A counter only grows');
    this.pending += count;
  }
}

function counterFamily(name: MetricName, registry: Registry): Family<Counter> {
  const series = new Series(name, () => new HeldCounter());
  const counter = new PromCounter({
    name,
    help: METRICS[name].help,
    labelNames: METRICS[name].labels,
    registers: [registry],
    collect() {
      for (const { labels, handle } of series.all()) {
        counter.inc(labels, handle.pending);
        handle.pending = 0;
      }
    },
  });
  return series;
}

class HeldGauge implements Gauge {
  value = 0;
  set(value: number): void {
    this.value = value;
  }
  add(difference: number): void {
    this.value += difference;
  }
}

function gaugeFamily(name: MetricName, registry: Registry): Family<Gauge> {
  const series = new Series(name, () => new HeldGauge());
  const gauge = new PromGauge({
    name,
    help: METRICS[name].help,
    labelNames: METRICS[name].labels,
    registers: [registry],
    collect() {
      for (const { labels, handle } of series.all()) gauge.set(labels, handle.value);
    },
  });
  return series;
}

function histogramFamily(name: MetricName, registry: Registry): Family<Histogram> {
  const spec: { readonly help: string; readonly buckets?: readonly number[] } = METRICS[name];
  const histogram = new PromHistogram({
    name,
    help: spec.help,
    labelNames: METRICS[name].labels,
    registers: [registry],
    ...(spec.buckets === undefined ? {} : { buckets: [...spec.buckets] }),
  });
  return new Series(name, (labels) => histogram.labels(labels));
}

/** The handles of one metric by their labels, bounded. */
class Series<H> implements Family<H> {
  readonly #labelNames: readonly string[];
  readonly #open: (labels: Record<string, string>) => H;
  readonly #byKey = new Map<
    string,
    { readonly labels: Record<string, string>; readonly handle: H }
  >();

  constructor(name: MetricName, open: (labels: Record<string, string>) => H) {
    this.#labelNames = METRICS[name].labels;
    this.#open = open;
  }

  handle(labels: Readonly<Record<string, string>>): H {
    const key = this.#labelNames.map((label) => labels[label]).join('\u0000');
    const held = this.#byKey.get(key);
    if (held !== undefined) return held.handle;
    if (this.#byKey.size >= SERIES_MAX && !this.#isOverflow(labels)) {
      return this.handle(Object.fromEntries(this.#labelNames.map((label) => [label, OVERFLOW])));
    }
    const own = Object.fromEntries(this.#labelNames.map((label) => [label, labels[label] ?? '']));
    const handle = this.#open(own);
    this.#byKey.set(key, { labels: own, handle });
    return handle;
  }

  all(): Iterable<{ readonly labels: Record<string, string>; readonly handle: H }> {
    return this.#byKey.values();
  }

  #isOverflow(labels: Readonly<Record<string, string>>): boolean {
    return this.#labelNames.every((label) => labels[label] === OVERFLOW);
  }
}
