/** Limits and kill switches of tickmesh.order.v1.OrderService. */
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { Fault } from '@tickmesh/kernel';
import { callerOf } from '@tickmesh/nest';
import { readUsage } from '../app/limit-usage.ts';
import { type LimitsTerms, versionAt } from '../app/limits-book.ts';
import { type LimitsParts, approveLimits, changeLimits } from '../app/limits-changes.ts';
import { type LimitsChange, listChanges } from '../app/limits-store.ts';
import type { OrderPlane } from '../app/order-plane.ts';
import {
  type Halt,
  type QueryParts,
  type Rearmed,
  readHalts,
  readRearmed,
} from '../app/order-queries.ts';
import type { RearmStep } from '../app/switches.ts';
import { type ScopeMessage, pageSizeOf, scopeMessage, scopeOf } from './grpc-arguments.ts';
import { LIMITS_PARTS } from './limits.controller.ts';
import { type LimitsMessage, limitsTermsOf } from './limits-message.ts';
import { type Timestamp, limitMessages, microsOf, timestampOf } from './order-messages.ts';
import { invalid, textOf, uuidOf } from './order-request.ts';
import { ORDER_PLANE, ORDER_QUERIES } from './orders.controller.ts';

const REARMED_MAX = 1_000;

@Controller()
export class LimitCalls {
  readonly #plane: OrderPlane;
  readonly #queries: QueryParts;
  readonly #limits: LimitsParts;

  constructor(
    @Inject(ORDER_PLANE) plane: OrderPlane,
    @Inject(ORDER_QUERIES) queries: QueryParts,
    @Inject(LIMITS_PARTS) limits: LimitsParts,
  ) {
    this.#plane = plane;
    this.#queries = queries;
    this.#limits = limits;
  }

  /** What is used is of now, whenever the limits are of. */
  @GrpcMethod('OrderService', 'GetLimits')
  async getLimits(request: { readonly account: string; readonly effective_at?: Timestamp | null }) {
    const { account, effective_at: at } = request;
    const { clock, database } = this.#queries;
    const nowMicros = clock.nowMicros();
    const version = await versionAt(database, at == null ? nowMicros : microsOf(at));
    if (version?.accounts.has(account) !== true) throw new Fault('NOT_FOUND', { account });
    const usage = await readUsage(this.#queries, version, { account, nowMicros });
    return {
      version: String(version.version),
      effective_from: timestampOf(version.effectiveFromMicros),
      author: version.changedBy,
      limits: limitMessages(version, account, usage),
    };
  }

  @GrpcMethod('OrderService', 'SetLimits')
  async setLimits(
    request: {
      readonly document: LimitsMessage | null;
      readonly reason: string;
      readonly effective_from?: Timestamp | null;
      readonly base_version: string;
    },
    metadata: object,
  ) {
    if (request.document === null) throw invalid('document', 'a version of the limits', null);
    const terms: LimitsTerms = limitsTermsOf(request.document);
    const { effective_from: from } = request;
    const change = await changeLimits(this.#limits, {
      terms,
      by: callerOf(metadata).name,
      reason: textOf({ ...request }, 'reason'),
      baseVersion: Number(request.base_version),
      effectiveFromMicros: from == null ? undefined : microsOf(from),
    });
    await this.#plane.followLimits();
    return { change: changeMessage(change) };
  }

  @GrpcMethod('OrderService', 'ApproveLimits')
  async approveLimits(
    request: { readonly change_id: string; readonly reason: string },
    metadata: object,
  ) {
    const change = await approveLimits(this.#limits, {
      changeId: uuidOf('change_id', request.change_id),
      by: callerOf(metadata).name,
      reason: textOf({ ...request }, 'reason'),
    });
    await this.#plane.followLimits();
    return { change: changeMessage(change) };
  }

  @GrpcMethod('OrderService', 'ListLimitVersions')
  async listLimitVersions(request: { readonly page_size: number }) {
    const changes = await listChanges(this.#queries.database, pageSizeOf(request.page_size));
    return { changes: changes.map(changeMessage) };
  }

  @GrpcMethod('OrderService', 'ListKillSwitches')
  async listKillSwitches(request: { readonly include_rearmed: boolean }) {
    const { database } = this.#queries;
    const held = (await readHalts(database)).map(switchMessage);
    const past = request.include_rearmed ? await readRearmed(database, REARMED_MAX) : [];
    const widest = ({ scope }: { readonly scope: ScopeMessage }): number =>
      WIDEST_FIRST.indexOf(scope.level);
    return {
      kill_switches: [
        ...held.toSorted((a, b) => widest(a) - widest(b)),
        ...past.map(rearmedMessage).toSorted((a, b) => widest(a) - widest(b)),
      ],
    };
  }

  @GrpcMethod('OrderService', 'ThrowKillSwitch')
  async throwKillSwitch(
    request: {
      readonly scope: ScopeMessage | null;
      readonly reason: string;
      readonly cancel_open_orders: boolean;
      readonly reducing_only: boolean;
    },
    metadata: object,
  ) {
    const { reducing_only: reducingOnly, cancel_open_orders: canceling } = request;
    const held = { ...scopeOf(request.scope), by: callerOf(metadata).name, reducingOnly };
    const reason = textOf({ ...request }, 'reason');
    const { cancelsRequested } = await this.#plane.halt({ ...held, reason }, canceling);
    return { kill_switch: await this.#show(held), cancels_requested: cancelsRequested };
  }

  /** The first call proposes, another person's confirms. */
  @GrpcMethod('OrderService', 'RearmKillSwitch')
  async rearmKillSwitch(
    request: {
      readonly scope: ScopeMessage | null;
      readonly reason: string;
      readonly version: string;
      readonly step: string;
    },
    metadata: object,
  ) {
    const step = STEPS[request.step];
    const wanted = { ...scopeOf(request.scope), by: callerOf(metadata).name };
    const version = request.version === '0' ? undefined : Number(request.version);
    await this.#plane.rearm({ ...wanted, reason: textOf({ ...request }, 'reason'), version, step });
    return { kill_switch: await this.#show(wanted) };
  }

  /** The switch of a scope: as it stands, or else as it was re-armed last. */
  async #show({ level, scope }: Pick<Halt, 'level' | 'scope'>) {
    const { database } = this.#queries;
    const isMeant = (held: Pick<Halt, 'level' | 'scope'>): boolean =>
      held.level === level && held.scope === scope;
    const held = (await readHalts(database)).find(isMeant);
    if (held !== undefined) return switchMessage(held);
    const past = (await readRearmed(database, REARMED_MAX)).find(isMeant);
    return past && rearmedMessage(past);
  }
}

/** What is not said may be either. */
const STEPS: Readonly<Record<string, RearmStep>> = {
  REARM_STEP_REQUEST: 'request',
  REARM_STEP_APPROVE: 'approve',
};
const WIDEST_FIRST: readonly string[] = ['FIRM', 'ACCOUNT', 'INSTRUMENT', 'STRATEGY'].map(
  (level) => `SCOPE_LEVEL_${level}`,
);

const switchMessage = (held: Halt) => ({
  scope: scopeMessage(held.level, held.scope),
  thrown: true,
  thrown_by: held.thrown_by,
  thrown_at: timestampOf(held.thrown_at),
  reason: held.reason,
  rearm_proposed_by: held.rearm_requested_by ?? '',
  rearm_reason: held.rearm_reason ?? '',
  version: String(held.version),
  reducing_only: held.reducing_only,
});

const rearmedMessage = (past: Rearmed) => ({
  scope: scopeMessage(past.level, past.scope),
  thrown: false,
  thrown_by: past.thrown_by,
  thrown_at: timestampOf(past.thrown_at),
  reason: past.reason,
  rearm_proposed_by: past.requested_by ?? '',
  rearmed_by: past.rearmed_by,
  rearmed_at: timestampOf(past.rearmed_at),
  version: String(past.version),
});

const changeMessage = (change: LimitsChange) => ({
  change_id: change.changeId ?? '',
  state: `LIMITS_CHANGE_STATE_${change.state.toUpperCase()}`,
  version: String(change.version ?? 0),
  raises: change.raises,
  requested_by: change.requestedBy,
  reason: change.reason,
  requested_at: timestampOf(change.requestedAtMicros),
  approved_by: change.approvedBy ?? '',
  ...(change.effectiveFromMicros === undefined
    ? {}
    : { effective_from: timestampOf(change.effectiveFromMicros) }),
});
