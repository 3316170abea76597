import { describe, expect, it } from '@jest/globals';
import type { OutgoingMessage } from '@tickmesh/bus';
import { Fault } from '@tickmesh/kernel';
import { NO_TRACING, type SpanOptions, type TraceSpan, type Tracing } from '@tickmesh/telemetry';
import type { Refusal } from '../app/intake.ts';
import type { Broker, BrokerOrder, BrokerSession, ReceivedIntent } from '../app/ports.ts';
import { tracedBroker, tracedIntake, tracedReports } from './order-tracing.ts';

interface Told {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: SpanOptions['attributes'];
  failed: boolean;
  ended: number;
}

/** Remembers its spans; the n-th one is the context `span-n`. */
class Spans implements Tracing {
  readonly isEnabled = true;
  readonly told: Told[] = [];

  startSpan(name: string, options: SpanOptions = {}): TraceSpan {
    const told: Told = {
      name,
      parent: options.parent?.traceparent,
      attributes: options.attributes,
      failed: false,
      ended: 0,
    };
    this.told.push(told);
    return {
      carrier: { traceparent: `span-${this.told.length}` },
      isRecording: true,
      set: () => undefined,
      fail: () => (told.failed = true),
      end: () => told.ended++,
    };
  }

  async withSpan<T>(
    name: string,
    options: SpanOptions,
    run: (span: TraceSpan) => T | Promise<T>,
  ): Promise<T> {
    const span = this.startSpan(name, options);
    try {
      return await run(span);
    } catch (thrown) {
      span.fail(thrown);
      throw thrown;
    } finally {
      span.end();
    }
  }

  current = () => ({});
  logContext = () => undefined;
  flush = () => Promise.resolve();
  shutdown = () => Promise.resolve();
}

const received = (id: string, traceparent?: string): ReceivedIntent =>
  ({
    intent: { intent_id: id, strategy_id: 'TEST', symbol: 'AAPL', exchange: 'SIM' },
    headers: {
      event_id: `e/${id}`,
      run_id: 'r',
      mode: 'paper',
      ...(traceparent && { traceparent }),
    },
    source: 'order_intents/3/42',
  }) as ReceivedIntent;

describe('the trace of a decision', () => {
  it('descends from the intent, and what follows descends from it', async () => {
    const spans = new Spans();
    const taken: ReceivedIntent[] = [];
    const intake = tracedIntake(
      { take: (items) => Promise.resolve(taken.push(...items)).then(() => []) },
      spans,
    );
    await intake.take([received('a', 'upstream'), received('b')]);
    expect(taken.map(({ headers }) => headers.traceparent)).toEqual(['span-1', 'span-2']);
    expect(spans.told).toMatchObject([
      {
        name: 'order.decide',
        parent: 'upstream',
        attributes: { 'tickmesh.intent_id': 'a', 'messaging.kafka.offset': 42 },
        ended: 1,
        failed: false,
      },
      { parent: undefined, ended: 1 },
    ]);
  });

  it('fails for what is refused alone, and the refusal is of the intent as it came', async () => {
    const spans = new Spans();
    const fault = new Fault('INTENT_CONFLICT', { intent_id: 'b' });
    const refuse = (items: readonly ReceivedIntent[]): Promise<Refusal[]> =>
      Promise.resolve(items.slice(1).map((item) => ({ received: item, fault })));
    const items = [received('a'), received('b')];
    const [refused] = await tracedIntake({ take: refuse }, spans).take(items);
    expect(refused?.received).toBe(items[1]);
    expect(spans.told.map(({ failed }) => failed)).toEqual([false, true]);
  });

  it('fails and ends when the batch does', async () => {
    const spans = new Spans();
    const intake = tracedIntake({ take: () => Promise.reject(new Error('away')) }, spans);
    await expect(intake.take([received('a')])).rejects.toThrow('away');
    expect(spans.told).toMatchObject([{ failed: true, ended: 1 }]);
  });
});

describe('the trace of a sending', () => {
  const order = { clientOrderId: 'T-1', symbol: 'AAPL', exchange: 'SIM', traceparent: 'decision' };
  const open = async (spans: Tracing, more: Partial<BrokerSession>): Promise<BrokerSession> => {
    const session = { submit: () => Promise.resolve(), ...more } as BrokerSession;
    const broker: Broker = { name: 'paper', open: () => Promise.resolve(session) };
    const options = { account: 'A', epoch: 1, onFacts: () => undefined, onLost: () => undefined };
    return tracedBroker(broker, spans).open(options);
  };

  it('descends from the decision and names the order at the broker', async () => {
    const spans = new Spans();
    await (await open(spans, {})).submit(order as BrokerOrder);
    expect(spans.told).toMatchObject([
      {
        name: 'order.send',
        parent: 'decision',
        attributes: { 'tickmesh.order_id': 'T-1', 'tickmesh.account': 'A' },
        ended: 1,
      },
    ]);
  });

  it('fails with the sending, and leaves every other call as it is', async () => {
    const spans = new Spans();
    const asked: unknown[] = [];
    const session = await open(spans, {
      submit: () => Promise.reject(new Error('dead')),
      lookup: (id) => Promise.resolve({ kind: 'absent' as const }).finally(() => asked.push(id)),
      executionsSince: (since) => Promise.resolve([]).finally(() => asked.push(since)),
    });
    await expect(session.submit(order as BrokerOrder)).rejects.toThrow('dead');
    await session.lookup('T-1');
    await session.executionsSince(7);
    expect(asked).toEqual(['T-1', 7]);
    expect(spans.told).toMatchObject([{ failed: true, ended: 1 }]);
  });
});

describe('the trace of a report', () => {
  const message = {
    topic: 'exec_reports',
    value: {},
    headers: { event_id: 'e', run_id: 'r', mode: 'paper', traceparent: 'decision' },
  } as unknown as OutgoingMessage;

  it('descends from the decision, and the message carries it on', async () => {
    const spans = new Spans();
    const sent: OutgoingMessage[] = [];
    const publishAll = (messages: readonly OutgoingMessage[]): Promise<void> =>
      Promise.resolve(sent.push(...messages)).then(() => undefined);
    await tracedReports({ publishAll }, spans).publishAll([message]);
    expect(sent[0]?.headers.traceparent).toBe('span-1');
    expect(spans.told).toMatchObject([
      { name: 'report.publish', parent: 'decision', ended: 1, failed: false },
    ]);
  });

  it('fails when the publishing does', async () => {
    const spans = new Spans();
    const publishAll = (): Promise<void> => Promise.reject(new Error('away'));
    const reports = tracedReports({ publishAll }, spans);
    await expect(reports.publishAll([message])).rejects.toThrow('away');
    expect(spans.told).toMatchObject([{ failed: true, ended: 1 }]);
  });
});

describe('without a receiver of traces', () => {
  it('nothing stands between the parts', () => {
    const plane = { take: () => Promise.resolve([]) };
    const broker = { name: 'paper' } as Broker;
    expect(tracedIntake(plane, NO_TRACING)).toBe(plane);
    expect(tracedBroker(broker, NO_TRACING)).toBe(broker);
  });
});
