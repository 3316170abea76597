import type { Broker, BrokerSession } from '../app/ports.ts';

/** A broker whose sessions are as `change` makes them. */
export const changedBroker =
  (change: (session: BrokerSession) => Partial<BrokerSession>) =>
  (broker: Broker): Broker => ({
    name: broker.name,
    open: async (options) => {
      const session = await broker.open(options);
      const own: BrokerSession = {
        submit: (order) => session.submit(order),
        cancel: (request) => session.cancel(request),
        replace: (request) => session.replace(request),
        lookup: (id) => session.lookup(id),
        executionsSince: (since) => session.executionsSince(since),
        close: () => session.close(),
      };
      return { ...own, ...change(session) };
    },
  });
