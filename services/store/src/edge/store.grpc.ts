/** tickmesh.store.v1.StoreService: translates, and nothing else. */
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { Fault } from '@tickmesh/kernel';
import { CalledBy, type Caller, type GrpcDefinition, protoPathOf } from '@tickmesh/nest';
import type { Checkpoints } from '../app/checkpoints.ts';
import type { StoreLog } from '../app/ports.ts';
import {
  type DeleteMessage,
  type PageMessage,
  type QueryMessage,
  type SelectionMessage,
  type ShareMessage,
  type TimePointMessage,
  type TransitionMessage,
  type UpdateMessage,
  type WriteMessage,
  auditMessage,
  checkpointMessage,
  deleteOf,
  eventMessage,
  pageOf,
  queryOf,
  selectionOf,
  shareOf,
  timesOf,
  transitionOf,
  transitionedMessage,
  updateOf,
  writeOf,
} from './store-messages.ts';

export const STORE_CALLS: GrpcDefinition = {
  packages: ['tickmesh.store.v1'],
  protoPaths: [protoPathOf('tickmesh/store/v1/store.proto')],
};
export const STORE_LOG = Symbol('StoreLog');
export const CHECKPOINTS = Symbol('Checkpoints');

@Controller()
export class StoreWrites {
  readonly #log: StoreLog;

  constructor(@Inject(STORE_LOG) log: StoreLog) {
    this.#log = log;
  }

  @GrpcMethod('StoreService', 'Write')
  async write(@Payload() request: WriteMessage, @CalledBy() caller: Caller) {
    return { event: eventMessage(await this.#log.write(caller, writeOf(request))) };
  }

  @GrpcMethod('StoreService', 'WriteMany')
  async writeMany(
    @Payload() { writes }: { readonly writes: readonly WriteMessage[] },
    @CalledBy() caller: Caller,
  ) {
    const events = await this.#log.writeMany(caller, writes.map(writeOf));
    return { events: events.map(eventMessage) };
  }

  @GrpcMethod('StoreService', 'Update')
  async update(@Payload() request: UpdateMessage, @CalledBy() caller: Caller) {
    return { event: eventMessage(await this.#log.update(caller, updateOf(request))) };
  }

  @GrpcMethod('StoreService', 'UpdateMany')
  async updateMany(
    @Payload() { updates }: { readonly updates: readonly UpdateMessage[] },
    @CalledBy() caller: Caller,
  ) {
    const events = await this.#log.updateMany(caller, updates.map(updateOf));
    return { events: events.map(eventMessage) };
  }

  @GrpcMethod('StoreService', 'Transition')
  async transition(@Payload() request: TransitionMessage, @CalledBy() caller: Caller) {
    return transitionedMessage(await this.#log.transition(caller, transitionOf(request)));
  }

  @GrpcMethod('StoreService', 'TransitionMany')
  async transitionMany(
    @Payload() { transitions }: { readonly transitions: readonly TransitionMessage[] },
    @CalledBy() caller: Caller,
  ) {
    const made = await this.#log.transitionMany(caller, transitions.map(transitionOf));
    return { transitions: made.map(transitionedMessage) };
  }

  @GrpcMethod('StoreService', 'Delete')
  async delete(@Payload() request: DeleteMessage, @CalledBy() caller: Caller) {
    return { event: eventMessage(await this.#log.delete(caller, deleteOf(request))) };
  }

  @GrpcMethod('StoreService', 'DeleteMany')
  async deleteMany(
    @Payload() { deletes }: { readonly deletes: readonly DeleteMessage[] },
    @CalledBy() caller: Caller,
  ) {
    const events = await this.#log.deleteMany(caller, deletes.map(deleteOf));
    return { events: events.map(eventMessage) };
  }
}

@Controller()
export class StoreQuestions {
  readonly #log: StoreLog;

  constructor(@Inject(STORE_LOG) log: StoreLog) {
    this.#log = log;
  }

  @GrpcMethod('StoreService', 'Read')
  async read(
    @Payload() request: { readonly entity_id: string; readonly entity_type: string },
    @CalledBy() caller: Caller,
  ) {
    const { entity_id: entityId, entity_type: entityType } = request;
    const event = await this.#log.read(caller, entityId);
    const isAsked = entityType === '' || event?.entityType === entityType;
    if (event === undefined || !isAsked) throw new Fault('NOT_FOUND', { entity_id: entityId });
    return { event: eventMessage(event) };
  }

  @GrpcMethod('StoreService', 'History')
  async history(@Payload() request: PageMessage, @CalledBy() caller: Caller) {
    const { items, hasMore } = await this.#log.history(caller, pageOf(request));
    return { events: items.map(eventMessage), has_more: hasMore };
  }

  @GrpcMethod('StoreService', 'AsOf')
  async asOf(
    @Payload()
    request: {
      readonly entity_id: string;
      readonly at?: TimePointMessage | null;
      readonly include_deleted: boolean;
    },
    @CalledBy() caller: Caller,
  ) {
    const { entity_id: entityId, at, include_deleted: includeDeleted } = request;
    const question = { entityId, includeDeleted, ...timesOf(at) };
    const event = await this.#log.asOf(caller, question);
    if (event === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
    return { event: eventMessage(event) };
  }

  @GrpcMethod('StoreService', 'Query')
  async query(@Payload() request: QueryMessage, @CalledBy() caller: Caller) {
    const { events, nextPageToken } = await this.#log.query(caller, queryOf(request));
    return { events: events.map(eventMessage), next_page_token: nextPageToken ?? '' };
  }

  @GrpcMethod('StoreService', 'Count')
  async count(@Payload() request: SelectionMessage, @CalledBy() caller: Caller) {
    return { count: String(await this.#log.count(caller, selectionOf(request))) };
  }

  @GrpcMethod('StoreService', 'ListTypes')
  async listTypes(@CalledBy() caller: Caller) {
    const types = await this.#log.types(caller);
    return {
      types: types.map(({ entityType, count }) => ({
        entity_type: entityType,
        count: String(count),
      })),
    };
  }

  @GrpcMethod('StoreService', 'Audit')
  async audit(@Payload() request: PageMessage, @CalledBy() caller: Caller) {
    const { items, hasMore } = await this.#log.audit(caller, pageOf(request));
    return { entries: items.map(auditMessage), has_more: hasMore };
  }
}

@Controller()
export class StoreShares {
  readonly #log: StoreLog;
  readonly #checkpoints: Checkpoints;

  constructor(@Inject(STORE_LOG) log: StoreLog, @Inject(CHECKPOINTS) checkpoints: Checkpoints) {
    this.#log = log;
    this.#checkpoints = checkpoints;
  }

  @GrpcMethod('StoreService', 'Share')
  async share(@Payload() request: ShareMessage, @CalledBy() caller: Caller) {
    return { changed: await this.#log.share(caller, shareOf(request)) };
  }

  @GrpcMethod('StoreService', 'Unshare')
  async unshare(@Payload() request: ShareMessage, @CalledBy() caller: Caller) {
    return { changed: await this.#log.unshare(caller, shareOf(request)) };
  }

  @GrpcMethod('StoreService', 'ListShares')
  async listShares(@Payload() request: { readonly entity_id: string }, @CalledBy() caller: Caller) {
    return this.#log.shares(caller, request.entity_id);
  }

  @GrpcMethod('StoreService', 'GetCheckpoint')
  async getCheckpoint(
    @Payload() request: { readonly subscriber: string },
    @CalledBy() caller: Caller,
  ) {
    const held = await this.#checkpoints.read(caller, request.subscriber);
    if (held === undefined) return { cursor: '' };
    return checkpointMessage(this.#checkpoints.cursorOf(caller, held.place), held);
  }

  @GrpcMethod('StoreService', 'SetCheckpoint')
  async setCheckpoint(
    @Payload() request: { readonly subscriber: string; readonly cursor: string },
    @CalledBy() caller: Caller,
  ) {
    const place = this.#checkpoints.placeOf(caller, request.cursor);
    await this.#checkpoints.move(caller, request.subscriber, place);
    return {};
  }
}
