/** What the use cases need of the world. */
import type { EventHeaders } from '@tickmesh/bus';
import type { ExecutionReport, Instrument, OrderIntent } from '@tickmesh/contracts';
import type { Queryable } from '@tickmesh/database';
import type {
  Anomaly,
  Lifetime,
  OrderFact,
  OrderKind,
  OrderTerms,
  Side,
} from '@tickmesh/domain-orders';
import type { KillSwitch, LimitsVersion, ReferencePrice } from '@tickmesh/domain-risk';
import type { Fault } from '@tickmesh/kernel';
import type { LimitsChange } from './limits-store.ts';

/** The market as last seen, and the master. */
export interface Markets {
  instrument(symbol: string, exchange: string): Instrument | undefined;
  reference(symbol: string, exchange: string): ReferencePrice | undefined;
}

/** The limits in force now; undefined before the first version. */
export type LimitsInForce = () => LimitsVersion | undefined;

/** The limits in force as a transaction sees them. */
export type CurrentLimits = (db: Queryable) => Promise<LimitsVersion | undefined>;

/** An intent as it came. */
export interface ReceivedIntent {
  readonly intent: OrderIntent;
  readonly headers: EventHeaders;
  /** Place of the record, or what else it came by. */
  readonly source: string;
}

/** A broker's door. Several accounts may trade through one broker, each in a session of its own. */
export interface Broker {
  readonly name: string;
  /**
   * Opens the account's session and shuts out every session of a lower epoch: after this resolves, what an older
   * one sends is refused.
   * @throws Fault LEASE_LOST when a higher epoch has it; ORDER_BROKER_UNREACHABLE
   */
  open(session: BrokerSessionOptions): Promise<BrokerSession>;
}

export interface BrokerSessionOptions {
  readonly account: string;
  readonly epoch: number;
  /** What the broker says, in any order and any number of times. */
  readonly onFacts: (facts: readonly BrokerFact[]) => void;
  /** The line to the broker is gone: nothing more is heard, and another session must be opened. */
  readonly onLost: (fault: Fault) => void;
}

export interface BrokerFact {
  readonly clientOrderId: string;
  readonly fact: OrderFact;
}

export interface BrokerOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly side: Side;
  readonly orderKind: OrderKind;
  readonly lifetime: Lifetime;
  readonly terms: OrderTerms;
  /** It rests or is refused, and never takes. */
  readonly postOnly?: boolean;
  /** Live brokers refuse what is not `live`. */
  readonly mode: EventHeaders['mode'];
  /** W3C trace context of the decision on the order. */
  readonly traceparent?: string;
}

export interface BrokerRequest {
  readonly clientOrderId: string;
  readonly requestId: string;
}

export interface BrokerSession {
  /** Hands the order over. When it throws, the broker may have it all the same. */
  submit(order: BrokerOrder): Promise<void>;
  cancel(request: BrokerRequest): Promise<void>;
  replace(request: BrokerRequest & { readonly terms: OrderTerms }): Promise<void>;
  /**
   * What the broker knows of an order: all it has said, or proof that it has no such order and never will have
   * from an earlier sending.
   * @throws Fault ORDER_BROKER_UNREACHABLE when it cannot say
   */
  lookup(clientOrderId: string): Promise<BrokerAnswer>;
  /**
   * Fills, busts and corrections of the account since a time of the broker's, whatever became of their orders.
   * @throws Fault ORDER_BROKER_UNREACHABLE when it cannot say
   */
  executionsSince(sinceMicros: number): Promise<readonly BrokerFact[]>;
  close(): Promise<void>;
}

export type BrokerAnswer =
  { readonly kind: 'found'; readonly facts: readonly OrderFact[] } | { readonly kind: 'absent' };

/** Named places where a test may end the process, as if its machine had. */
export type CrashPoint =
  | 'intake.before_commit'
  | 'intake.after_commit'
  | 'dispatch.before_commit'
  | 'dispatch.after_commit'
  | 'dispatch.after_wire'
  | 'facts.before_commit'
  | 'facts.after_commit'
  | 'relay.before_publish'
  | 'relay.after_publish'
  | 'relay.after_mark';

export type Crash = (point: CrashPoint) => void;

/** Told of what happens; empty by default. A `telemetry` file turns it into logs and metrics. */
export interface OrderProbe {
  intentReceived?(intent: OrderIntent): void;
  intentDecided?(
    intent: OrderIntent,
    decision: { approved: boolean; failed: readonly string[] },
  ): void;
  orderSent?(order: { intentId: string; clientOrderId: string; broker: string }): void;
  reportWritten?(report: ExecutionReport): void;
  reportPublished?(report: ExecutionReport, mode: EventHeaders['mode']): void;
  /** The broker said what became of an order whose answer had been lost. */
  orderResolved?(intentId: string, clientOrderId: string, answer: BrokerAnswer['kind']): void;
  anomalyFound?(intentId: string, anomaly: Anomaly): void;
  leaseChanged?(account: string, change: 'acquired' | 'lost', epoch: number): void;
  halted?(held: KillSwitch): void;
  rearmed?(level: string, scope: string, by: string): void;
  migrationApplied?(schema: string, number: number): void;
  documentLoaded?(path: string, versions: number): void;
  /** Another version of the limits is in force. */
  limitsLoaded?(version: LimitsVersion): void;
  /** A change of the limits was taken, or waits for a second person. */
  limitsChanged?(change: LimitsChange): void;
  rearmRequested?(level: string, scope: string, by: string): void;
  failed?(doing: string, fault: Fault): void;
}
