import { describe, expect, it } from '@jest/globals';
import { METRICS, SERIES_MAX, createMetrics } from './index.ts';

describe('metrics', () => {
  it('are rendered in the text format of Prometheus with help, type and labels', async () => {
    const metrics = createMetrics();
    const published = metrics.counter('kafka_messages_published_total', {
      topic: 'ticks.v1.raw',
      type: 'Ticker',
      exchange: 'BINANCE',
    });
    published.add();
    published.add(2);
    metrics.gauge('orders_unknown', { broker: 'paper' }).set(4);
    const text = await metrics.render();
    expect(text).toContain('# TYPE kafka_messages_published_total counter');
    expect(text).toContain(
      'kafka_messages_published_total{topic="ticks.v1.raw",type="Ticker",exchange="BINANCE"} 3',
    );
    expect(text).toContain('orders_unknown{broker="paper"} 4');
    expect(metrics.contentType).toContain('version=0.0.4');
  });

  it('are one series for one set of labels, however often it is taken', async () => {
    const metrics = createMetrics();
    metrics.counter('kafka_delivery_errors_total', { topic: 't' }).add();
    await metrics.render();
    metrics.counter('kafka_delivery_errors_total', { topic: 't' }).add();
    expect(await metrics.render()).toContain('kafka_delivery_errors_total{topic="t"} 2');
  });

  it('put observations into the declared buckets', async () => {
    const metrics = createMetrics();
    const latency = metrics.histogram('data_latency_seconds', { exchange: 'BINANCE' });
    latency.observe(0.003);
    latency.observe(7);
    const text = await metrics.render();
    expect(text).toContain('data_latency_seconds_bucket{le="0.002",exchange="BINANCE"} 0');
    expect(text).toContain('data_latency_seconds_bucket{le="0.005",exchange="BINANCE"} 1');
    expect(text).toContain('data_latency_seconds_count{exchange="BINANCE"} 2');
  });

  it('sample what is read, not kept, before each exposition', async () => {
    const metrics = createMetrics();
    let rows = 0;
    metrics.beforeCollect(() => metrics.gauge('orders_outbox_rows', {}).set(++rows));
    await metrics.render();
    expect(await metrics.render()).toContain('orders_outbox_rows 2');
  });

  it('are bounded: a flood of labels ends in one overflow series', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < SERIES_MAX + 50; index++) {
      metrics.counter('kafka_consumer_errors_total', { topic: `t${index}` }).add();
    }
    const lines = (await metrics.render()).split('\n').filter((line) => line.includes('{topic='));
    expect(lines).toHaveLength(SERIES_MAX + 1);
    expect(lines.at(-1)).toBe('kafka_consumer_errors_total{topic="overflow"} 50');
  });

  it('refuse a counter that shrinks', () => {
    const counter = createMetrics().counter('kafka_consumer_commits_total', { topic: 't' });
    expect(() => {
      counter.add(-1);
    }).toThrow(expect.objectContaining({ code: 'INVARIANT' }));
  });

  it('keep the labels of the six Kafka counters as the bots before us named them', () => {
    const six = [
      'kafka_messages_published_total',
      'kafka_delivery_errors_total',
      'kafka_producer_queue_drops_total',
      'kafka_consumer_commits_total',
      'kafka_consumer_errors_total',
      'kafka_dlq_published_total',
    ] as const;
    expect(six.map((name) => METRICS[name].labels)).toEqual([
      ['topic', 'type', 'exchange'],
      ['topic'],
      ['topic'],
      ['topic'],
      ['topic'],
      ['dlq_topic', 'source_topic', 'error_type'],
    ]);
  });

  it.each(Object.entries(METRICS))('name %s by its type and unit', (name, spec) => {
    expect(name.endsWith('_total')).toBe(spec.type === 'counter');
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name).not.toMatch(/_(ms|millis|micros|us|minutes|kb)(_|$)/);
    expect(spec.help).toMatch(/^[1A-Z].*\.$/);
  });

  it('tell of the process when asked to', async () => {
    const text = await createMetrics({ processMetrics: true }).render();
    expect(text).toContain('process_cpu_user_seconds_total');
    const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map((match) => match[1] ?? '');
    expect(gauges.filter((name) => name.endsWith('_total'))).toEqual([]);
  });
});
