/**
 * Intents into decisions. Inbox row, decision, reservation and reports are one transaction under the account's lock;
 * an intent that comes again finds its inbox row and changes nothing.
 */
import type { Database, Transaction } from '@tickmesh/database';
import { type LimitsVersion, accountOf, recentWindowMs } from '@tickmesh/domain-risk';
import { type Clock, Fault, formatRfc3339 } from '@tickmesh/kernel';
import { AccountBook, type AccountState } from './account-book.ts';
import { type Decisions, decideOne } from './decide.ts';
import { maySendAtOnce } from './dispatch.ts';
import type { Handing } from './handover.ts';
import { type SentOrder, markSending } from './last-hop.ts';
import { OrderLog } from './order-log.ts';
import type {
  Crash,
  CurrentLimits,
  LimitsInForce,
  Markets,
  OrderProbe,
  ReceivedIntent,
} from './ports.ts';
import { contentHash, recordToJson } from './record-json.ts';
import {
  lockAccount,
  readAccount,
  readRecentChanges,
  writeDecisions,
  writeEquity,
  writeInbox,
  writeRequests,
} from './tables.ts';

/** The account of intents that name none, of strategies that have none: their answer needs a place too. */
export const UNASSIGNED = 'UNASSIGNED';

export interface IntakeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly limits: LimitsInForce;
  readonly currentLimits: CurrentLimits;
  readonly crash: Crash;
  readonly probe: OrderProbe;
}

/** Begins the short way to the wire; undefined where no desk of this process serves the account. */
export type BeginHanding = (account: string) => Handing | undefined;

export interface Refusal {
  readonly received: ReceivedIntent;
  readonly fault: Fault;
}

export interface IntakeResult {
  /** Accounts that have something to send or to publish now. */
  readonly accounts: readonly string[];
  /** Intents whose id was taken by another content. */
  readonly refused: readonly Refusal[];
}

/** Decides a batch, account by account, in the order of arrival. */
export async function takeIntents(
  parts: IntakeParts,
  received: readonly ReceivedIntent[],
  begin: BeginHanding,
): Promise<IntakeResult> {
  const byAccount = new Map<string, ReceivedIntent[]>();
  for (const item of received) {
    const account = accountFor(parts.limits, item);
    byAccount.set(account, [...(byAccount.get(account) ?? []), item]);
  }
  const refused: Refusal[] = [];
  for (const [account, items] of byAccount) {
    const handing = begin(account);
    let sent: readonly SentOrder[] = [];
    try {
      const taken = await takeForAccount(parts, account, items, handing);
      refused.push(...taken.refused);
      ({ sent } = taken);
    } finally {
      handing?.end(sent);
    }
  }
  return { accounts: [...byAccount.keys()], refused };
}

/** The account that an intent is decided in: the one that it names, or its strategy's. */
export function accountFor(
  limits: LimitsInForce,
  { intent }: Pick<ReceivedIntent, 'intent'>,
): string {
  const version = limits();
  const named = intent.account ?? (version && accountOf(version, intent.strategy_id));
  return named !== undefined && version?.accounts.has(named) === true ? named : UNASSIGNED;
}

async function takeForAccount(
  parts: IntakeParts,
  account: string,
  items: readonly ReceivedIntent[],
  handing: Handing | undefined,
): Promise<{ readonly refused: readonly Refusal[]; readonly sent: readonly SentOrder[] }> {
  const { firsts, refused } = withoutRepetitions(items);
  const taken = await parts.database.transaction(async (db) => {
    const targets = firsts.flatMap(({ received }) => received.intent.target_intent_id ?? []);
    const receivedAtMicros = parts.clock.nowMicros();
    // Asked for together: the lock comes first on the wire, and everything else behind it.
    const [, opened, isSending, inbox] = await Promise.all([
      lockAccount(db, account),
      openDecisions(db, parts, { account, targets }),
      handing !== undefined && maySendAtOnce(db, handing.lease),
      writeInbox(
        db,
        firsts.map((item) => inboxRow(account, item, receivedAtMicros)),
      ),
    ]);
    const fresh = firsts.filter(({ received }) => inbox.taken.has(received.intent.intent_id));
    const decided = await decide(db, parts, {
      ...opened,
      items: fresh.map(({ received }) => received),
      isSending,
    });
    parts.crash('intake.before_commit');
    return { known: inbox.known, ...decided };
  });
  parts.crash('intake.after_commit');
  for (const tell of taken.tell) tell();
  const conflicts = firsts.filter(({ received, hash }) => {
    const held = taken.known.get(received.intent.intent_id);
    return held !== undefined && held !== hash;
  });
  return {
    refused: [...refused, ...conflicts.map(({ received }) => conflict(received))],
    sent: taken.sent,
  };
}

interface HashedIntent {
  readonly received: ReceivedIntent;
  readonly hash: string;
  readonly json: string;
}

/** One batch may hold an intent twice: with equal content it is one, with other content it is refused. */
function withoutRepetitions(items: readonly ReceivedIntent[]): {
  firsts: HashedIntent[];
  refused: Refusal[];
} {
  const firsts = new Map<string, HashedIntent>();
  const refused: Refusal[] = [];
  for (const received of items) {
    const json = recordToJson(received.intent);
    const hash = contentHash(json);
    const first = firsts.get(received.intent.intent_id);
    if (first === undefined) firsts.set(received.intent.intent_id, { received, hash, json });
    else if (first.hash !== hash) refused.push(conflict(received));
  }
  return { firsts: [...firsts.values()], refused };
}

const conflict = (received: ReceivedIntent): Refusal => ({
  received,
  fault: new Fault('INTENT_CONFLICT', { intent_id: received.intent.intent_id }),
});

function inboxRow(account: string, { received, hash, json }: HashedIntent, nowMicros: number) {
  const { intent, headers, source } = received;
  return {
    intent_id: intent.intent_id,
    content_hash: hash,
    action: intent.action,
    account,
    strategy_id: intent.strategy_id,
    exchange: intent.exchange,
    symbol: intent.symbol,
    intent: JSON.parse(json) as unknown,
    headers,
    source,
    received_at: formatRfc3339(nowMicros),
  };
}

interface Decided {
  /** To be called once the transaction is committed. */
  readonly tell: readonly (() => void)[];
  /** Marked as being sent. */
  readonly sent: readonly SentOrder[];
}

async function decide(
  db: Transaction,
  parts: IntakeParts,
  batch: OpenedDecisions & {
    readonly items: readonly ReceivedIntent[];
    /** Whether what is approved is sent at once. */
    readonly isSending: boolean;
  },
): Promise<Decided> {
  const { work, log, items } = batch;
  if (items.length === 0) return { tell: [], sent: [] };
  const { account, nowMicros } = work;
  const { state } = work.book;
  const marksBefore = new Map(state.equityMarks);
  const tell: (() => void)[] = [];
  for (const item of items) {
    const { intent } = item;
    const assessment = decideOne(work, item);
    tell.push(() => {
      parts.probe.intentReceived?.(intent);
      const { approved, failed } = assessment ?? { approved: true, failed: [] };
      parts.probe.intentDecided?.(intent, { approved, failed });
    });
  }
  const sent = batch.isSending ? sendApproved(log, nowMicros) : [];
  const reports = await log.flush(nowMicros);
  writeDecisions(db, work.decisions);
  writeRequests(db, work.requests);
  writeEquity(db, account, marksBefore, state.equityMarks);
  tell.push(() => {
    for (const report of reports) parts.probe.reportWritten?.(report);
  });
  return { tell, sent };
}

/** The checks have just looked at every switch and deadline, in this transaction: there is no second look to take. */
function sendApproved(log: OrderLog, nowMicros: number): SentOrder[] {
  return log.orders
    .filter((order) => order.isNew && order.fold.state().status === 'APPROVED')
    .map((order) => markSending(log, order, nowMicros));
}

export interface OpenedDecisions {
  readonly work: Decisions;
  readonly log: OrderLog;
}

/** The account as it stands, ready to decide on. Nothing is written before the log is flushed. */
export async function openDecisions(
  db: Transaction,
  parts: Pick<IntakeParts, 'clock' | 'limits' | 'currentLimits' | 'markets' | 'probe'>,
  wanted: {
    readonly account: string;
    /** Orders that the intents are about. */
    readonly targets: readonly string[];
  },
): Promise<OpenedDecisions> {
  const { account, targets } = wanted;
  const known = parts.limits();
  const log = new OrderLog(db, {
    account,
    broker: known?.accounts.get(account)?.broker ?? 'none',
    instrumentOf: (symbol, exchange) => parts.markets.instrument(symbol, exchange),
    probe: parts.probe,
  });
  const readBy = async (limits: LimitsVersion | undefined): Promise<AccountState> => {
    const sinceMicros = parts.clock.nowMicros() - recentWindowMs(limits) * 1_000;
    const [state, changes] = await Promise.all([
      readAccount(db, account, sinceMicros),
      targets.length === 0 ? [] : readRecentChanges(db, account, sinceMicros),
    ]);
    return { ...state, recentChanges: [...changes] };
  };
  const [seen, version] = await Promise.all([
    readBy(known),
    parts.currentLimits(db),
    log.load({ intents: targets }),
  ]);
  // Under other limits another time may count as recent.
  const state = version === known ? seen : await readBy(version);
  const book = new AccountBook(state, parts.markets, version);
  // The lock may have been long in coming: what is decided is decided now.
  const nowMicros = parts.clock.nowMicros();
  return { work: { book, log, nowMicros, account, decisions: [], requests: [] }, log };
}
