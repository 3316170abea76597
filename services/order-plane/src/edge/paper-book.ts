/** The paper broker's own book in PostgreSQL: what it accepted and what it said outlive every process. */
import { type Database, type Transaction, statement } from '@tickmesh/database';
import {
  type OrderFact,
  type OrderTerms,
  type PaperEvent,
  type PaperOrder,
  type PaperOrderState,
  decodeFact,
  encodeFact,
} from '@tickmesh/domain-orders';
import { Fault, formatDecimal, parseDecimal } from '@tickmesh/kernel';

const OPEN_SESSION = statement(
  `insert into paper_broker.sessions as held (account, epoch) values ($1, $2)
   on conflict (account) do update set epoch = excluded.epoch where held.epoch <= excluded.epoch
   returning epoch`,
);
const CHECK_SESSION = statement(
  `select 1 from paper_broker.sessions where account = $1 and epoch = $2 for share`,
);
const WRITE_ORDER = statement(
  `insert into paper_broker.orders (client_order_id, account, payload, digest) values ($1, $2, $3, $4)
   on conflict (client_order_id) do nothing returning client_order_id`,
);
const READ_DIGEST = statement(`select digest from paper_broker.orders where client_order_id = $1`);
const WRITE_REQUEST = statement(
  `insert into paper_broker.requests (client_order_id, request_id, terms) values ($1, $2, $3)
   on conflict do nothing returning request_id`,
);
const READ_ORDER = statement(`select 1 from paper_broker.orders where client_order_id = $1`);
const READ_EVENTS = statement(
  `select fact from paper_broker.events where client_order_id = $1 order by sequence`,
);
const READ_EXECUTIONS = statement(
  `select e.client_order_id, e.fact
   from paper_broker.events e join paper_broker.orders o using (client_order_id)
   where o.account = $1 and e.fact->>'kind' in ('fill', 'bust', 'correction')
     and (e.fact->>'atMicros')::bigint >= $2
   order by e.sequence`,
);
const WRITE_EVENTS = statement(
  `insert into paper_broker.events (client_order_id, fact)
   select client_order_id, fact from rows from (jsonb_to_recordset($1::jsonb) as (client_order_id text, fact jsonb))
     with ordinality order by ordinality`,
);
const END_ORDERS = statement(
  `update paper_broker.orders set is_open = false where client_order_id = any($1::text[])`,
);
const READ_OPEN = statement(
  `select o.payload,
     (select coalesce(jsonb_agg(e.fact order by e.sequence), '[]') from paper_broker.events e
      where e.client_order_id = o.client_order_id) as facts,
     (select coalesce(jsonb_object_agg(r.request_id, r.terms), '{}') from paper_broker.requests r
      where r.client_order_id = o.client_order_id and r.terms is not null) as terms
   from paper_broker.orders o where o.account = $1 and o.is_open order by o.sequence`,
);

/** The session that speaks; the book refuses every other. */
export interface PaperSessionId {
  readonly account: string;
  readonly epoch: number;
}

export class PaperBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws Fault LEASE_LOST when a session of a higher epoch was opened */
  async openSession({ account, epoch }: PaperSessionId): Promise<void> {
    const rows = await this.#database.query(OPEN_SESSION, [account, epoch]);
    if (rows.length === 0) throw new Fault('LEASE_LOST', { account, epoch });
  }

  /**
   * Takes an order. `new`: it was not here before; `same`: it was, with equal content; `other`: its id is
   * another order's.
   */
  async takeOrder(session: PaperSessionId, order: PaperOrder): Promise<'new' | 'same' | 'other'> {
    const payload = orderToJson(order);
    // When it lapses depends on when it is handed over, which may be twice.
    const digest = orderToJson({ ...order, expiresAtMicros: undefined });
    return this.#database.transaction(async (db) => {
      await assertSession(db, session);
      const values = [order.clientOrderId, session.account, payload, digest];
      const taken = await db.query(WRITE_ORDER, values);
      if (taken.length > 0) return 'new';
      const [held] = await db.query<{ digest: string }>(READ_DIGEST, [order.clientOrderId]);
      return held?.digest === digest ? 'same' : 'other';
    });
  }

  /** Takes a request. Returns whether it is new. */
  async takeRequest(
    session: PaperSessionId,
    request: {
      readonly clientOrderId: string;
      readonly requestId: string;
      readonly terms?: OrderTerms;
    },
  ): Promise<boolean> {
    const { clientOrderId, requestId, terms } = request;
    return this.#database.transaction(async (db) => {
      const [, known] = await Promise.all([
        assertSession(db, session),
        db.read(READ_ORDER, [clientOrderId]),
      ]);
      if (known.length === 0) return true;
      const json = terms === undefined ? null : JSON.stringify(termsToPlain(terms));
      const taken = await db.query(WRITE_REQUEST, [clientOrderId, requestId, json]);
      return taken.length > 0;
    });
  }

  async writeEvents(session: PaperSessionId, events: readonly PaperEvent[]): Promise<void> {
    const rows = events.map(
      ({ clientOrderId, fact }) =>
        `{"client_order_id":${JSON.stringify(clientOrderId)},"fact":${encodeFact(fact)}}`,
    );
    const ended = events.filter((event) => event.ended).map((event) => event.clientOrderId);
    await this.#database.transaction(async (db) => {
      await assertSession(db, session);
      db.send(WRITE_EVENTS, [`[${rows.join(',')}]`]);
      if (ended.length > 0) db.send(END_ORDERS, [ended]);
    });
  }

  /** Everything said of an order; undefined when it was never taken, and no older session can still place it. */
  async said(session: PaperSessionId, clientOrderId: string): Promise<OrderFact[] | undefined> {
    return this.#database.transaction(async (db) => {
      // The session first: while it is held, no older one can place the order any more.
      const [, known, rows] = await Promise.all([
        assertSession(db, session),
        db.read(READ_ORDER, [clientOrderId]),
        db.read<{ fact: object }>(READ_EVENTS, [clientOrderId]),
      ]);
      if (known.length === 0) return undefined;
      return rows.map(({ fact }) => decodeFact(fact));
    });
  }

  /** Executions since a time, in the order in which they were said. */
  async executionsSince(
    session: PaperSessionId,
    sinceMicros: number,
  ): Promise<{ readonly clientOrderId: string; readonly fact: OrderFact }[]> {
    return this.#database.transaction(async (db) => {
      await assertSession(db, session);
      const rows = await db.read<{ client_order_id: string; fact: object }>(READ_EXECUTIONS, [
        session.account,
        sinceMicros,
      ]);
      return rows.map(({ client_order_id: clientOrderId, fact }) => ({
        clientOrderId,
        fact: decodeFact(fact),
      }));
    });
  }

  /** Open orders of an account, and whether each had arrived. */
  async openOrders(account: string): Promise<(PaperOrderState & { readonly arrived: boolean })[]> {
    const rows = await this.#database.query<{
      payload: PlainOrder;
      facts: readonly object[];
      terms: Readonly<Record<string, PlainTerms>>;
    }>(READ_OPEN, [account]);
    return rows.map((row) => stateOf(row.payload, row.facts, row.terms));
  }
}

async function assertSession(db: Transaction, { account, epoch }: PaperSessionId): Promise<void> {
  const rows = await db.read(CHECK_SESSION, [account, epoch]);
  if (rows.length === 0) throw new Fault('LEASE_LOST', { account, epoch });
}

function stateOf(
  payload: PlainOrder,
  plainFacts: readonly object[],
  requested: Readonly<Record<string, PlainTerms>>,
): PaperOrderState & { readonly arrived: boolean } {
  const order = { ...payload, terms: termsFromPlain(payload.terms) };
  const facts = plainFacts.map((fact) => decodeFact(fact));
  let { terms } = order;
  let filledQuantity = 0n;
  let executions = 0;
  for (const fact of facts) {
    if (fact.kind === 'fill') {
      filledQuantity += fact.quantity;
      executions++;
    }
    const accepted = fact.kind === 'replace-accepted' ? requested[fact.requestId] : undefined;
    if (accepted !== undefined) terms = termsFromPlain(accepted);
  }
  const isPlain = order.orderKind === 'MARKET' || order.orderKind === 'LIMIT';
  return {
    order,
    terms,
    filledQuantity,
    executions,
    triggered: isPlain || facts.some(({ kind }) => kind === 'triggered'),
    arrived: facts.some(({ kind }) => kind === 'acknowledged'),
  };
}

interface PlainTerms {
  readonly quantity: string;
  readonly limitPrice?: string;
  readonly stopPrice?: string;
}

type PlainOrder = Omit<PaperOrder, 'terms'> & { readonly terms: PlainTerms };

function termsToPlain({ quantity, limitPrice, stopPrice }: OrderTerms): PlainTerms {
  return {
    quantity: formatDecimal(quantity),
    ...(limitPrice === undefined ? {} : { limitPrice: formatDecimal(limitPrice) }),
    ...(stopPrice === undefined ? {} : { stopPrice: formatDecimal(stopPrice) }),
  };
}

function termsFromPlain({ quantity, limitPrice, stopPrice }: PlainTerms): OrderTerms {
  return {
    quantity: parseDecimal(quantity),
    ...(limitPrice === undefined ? {} : { limitPrice: parseDecimal(limitPrice) }),
    ...(stopPrice === undefined ? {} : { stopPrice: parseDecimal(stopPrice) }),
  };
}

const orderToJson = (order: PaperOrder): string =>
  JSON.stringify({ ...order, terms: termsToPlain(order.terms) });
