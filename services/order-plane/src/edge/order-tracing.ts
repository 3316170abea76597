/** The order plane's part of a trace: decision, sending and report, each under the one before it. */
import type { OutgoingMessage, Publisher } from '@tickmesh/bus';
import type { TraceCarrier, TraceSpan, Tracing } from '@tickmesh/telemetry';
import type { OrderPlane } from '../app/order-plane.ts';
import type { Broker, BrokerOrder, ReceivedIntent } from '../app/ports.ts';

type Intake = Pick<OrderPlane, 'take'>;
type Reports = Pick<Publisher, 'publishAll'>;

/**
 * A span for each intent, as long as the batch that it is decided in. Its context is stored with the intent, so that
 * sending and reports, also those of a later process, follow from it.
 */
export function tracedIntake(plane: Intake, tracing: Tracing): Intake {
  if (!tracing.isEnabled) return plane;
  return {
    take: async (received) => {
      const spans = received.map((item) => decisionSpan(tracing, item));
      const traced = received.map((item, i) => withTrace(item, spans[i]?.carrier));
      try {
        const refused = await plane.take(traced);
        return refused.map(({ received: item, fault }) => {
          const index = traced.indexOf(item);
          spans[index]?.fail(fault);
          return { received: received[index] ?? item, fault };
        });
      } catch (thrown) {
        for (const span of spans) span.fail(thrown);
        throw thrown;
      } finally {
        for (const span of spans) span.end();
      }
    },
  };
}

function decisionSpan(tracing: Tracing, { intent, headers, source }: ReceivedIntent): TraceSpan {
  const [topic = '', partition = '', offset = ''] = source.split('/');
  return tracing.startSpan('order.decide', {
    kind: 'consumer',
    parent: headers,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': partition,
      'messaging.kafka.offset': Number(offset),
      'tickmesh.event_id': headers.event_id,
      'tickmesh.run_id': headers.run_id,
      'tickmesh.intent_id': intent.intent_id,
      'tickmesh.strategy_id': intent.strategy_id,
      'tickmesh.symbol': intent.symbol,
      'tickmesh.exchange': intent.exchange,
    },
  });
}

function withTrace(received: ReceivedIntent, carrier: TraceCarrier | undefined): ReceivedIntent {
  const traceparent = carrier?.traceparent;
  if (traceparent === undefined) return received;
  return { ...received, headers: { ...received.headers, traceparent } };
}

/** A span for each order that is handed to the broker. */
export function tracedBroker(broker: Broker, tracing: Tracing): Broker {
  if (!tracing.isEnabled) return broker;
  return {
    name: broker.name,
    open: async (options) => {
      const session = await broker.open(options);
      return {
        submit: (order) =>
          tracing.withSpan('order.send', sendingOf(order, options.account), () =>
            session.submit(order),
          ),
        cancel: (request) => session.cancel(request),
        replace: (request) => session.replace(request),
        lookup: (clientOrderId) => session.lookup(clientOrderId),
        executionsSince: (sinceMicros) => session.executionsSince(sinceMicros),
        close: () => session.close(),
      };
    },
  };
}

function sendingOf(order: BrokerOrder, account: string) {
  return {
    kind: 'client' as const,
    parent: order.traceparent === undefined ? {} : { traceparent: order.traceparent },
    attributes: {
      'tickmesh.order_id': order.clientOrderId,
      'tickmesh.account': account,
      'tickmesh.symbol': order.symbol,
      'tickmesh.exchange': order.exchange,
    },
  };
}

/** A span for each report, under the decision on its intent; the message carries it on. */
export function tracedReports(publisher: Reports, tracing: Tracing): Reports {
  if (!tracing.isEnabled) return publisher;
  return {
    publishAll: async (messages) => {
      const spans = messages.map((message) => reportSpan(tracing, message));
      const traced = messages.map((message, i) => ({
        ...message,
        headers: { ...message.headers, ...spans[i]?.carrier },
      }));
      try {
        await publisher.publishAll(traced);
      } catch (thrown) {
        for (const span of spans) span.fail(thrown);
        throw thrown;
      } finally {
        for (const span of spans) span.end();
      }
    },
  };
}

function reportSpan(tracing: Tracing, { topic, headers }: OutgoingMessage): TraceSpan {
  return tracing.startSpan('report.publish', {
    kind: 'producer',
    parent: headers,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'tickmesh.event_id': headers.event_id,
      'tickmesh.correlation_id': headers.correlation_id ?? headers.event_id,
      'tickmesh.run_id': headers.run_id,
    },
  });
}
