/** tickmesh.store.v1.StoreService/Subscribe: translates, and waits for whoever reads slowly. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Controller, type ExecutionContext, Inject, createParamDecorator } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { CalledBy, type Caller } from '@tickmesh/nest';
import { Observable } from 'rxjs';
import type { Delivered, Subscriptions, SubscriptionWish } from '../app/subscriptions.ts';
import { eventMessage } from './store-messages.ts';

export const SUBSCRIPTIONS = Symbol('Subscriptions');

export interface SubscribeMessage {
  readonly subscriber: string;
  readonly after_cursor: string;
  readonly from_beginning: boolean;
  readonly entity_types: readonly string[];
  readonly entity_ids: readonly string[];
}

type Answer = ReturnType<typeof deliveredMessage>;

/** The call itself, which tells when its reader has caught up. */
const StreamOf = createParamDecorator((_: unknown, context: ExecutionContext): Writable =>
  context.getArgByIndex<Writable>(2),
);

@Controller()
export class StoreSubscriptions {
  readonly #subscriptions: Subscriptions;

  constructor(@Inject(SUBSCRIPTIONS) subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  @GrpcMethod('StoreService', 'Subscribe')
  subscribe(
    @Payload() request: SubscribeMessage,
    @CalledBy() caller: Caller,
    @StreamOf() stream: Writable,
  ): Observable<Answer> {
    return new Observable((reader) => {
      const leaving = new AbortController();
      const { signal } = leaving;
      const deliver = async (): Promise<void> => {
        const pages = this.#subscriptions.follow(caller, wishOf(request), signal);
        for await (const page of pages) {
          for (const delivered of page) reader.next(deliveredMessage(delivered));
          while (stream.writableNeedDrain) await once(stream, 'drain', { signal });
        }
        reader.complete();
      };
      deliver().catch((thrown: unknown) => {
        if (!signal.aborted) reader.error(thrown);
      });
      return () => {
        leaving.abort();
      };
    });
  }
}

function wishOf(request: SubscribeMessage): SubscriptionWish {
  const { subscriber, after_cursor: cursor } = request;
  return {
    subscriber: subscriber === '' ? undefined : subscriber,
    afterCursor: cursor === '' ? undefined : cursor,
    fromBeginning: request.from_beginning,
    entityTypes: request.entity_types,
    entityIds: request.entity_ids,
  };
}

function deliveredMessage({ event, cursor }: Delivered) {
  return event === undefined ? { cursor } : { event: eventMessage(event), cursor };
}
