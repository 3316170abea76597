/** What carries calls to a service. Messages are those of its contract, 64-bit integers as text. */

/** A call of tickmesh.store.v1.StoreService with one answer. */
export type StoreMethod =
  | 'Write'
  | 'WriteMany'
  | 'Update'
  | 'UpdateMany'
  | 'Transition'
  | 'TransitionMany'
  | 'Delete'
  | 'DeleteMany'
  | 'Read'
  | 'History'
  | 'AsOf'
  | 'Query'
  | 'Count'
  | 'ListTypes'
  | 'Audit'
  | 'Share'
  | 'Unshare'
  | 'ListShares'
  | 'GetCheckpoint'
  | 'SetCheckpoint';

/** A call of tickmesh.order.v1.OrderService that only asks. */
export type OrderMethod = 'ListOrders' | 'ListPositions';

export interface Transport<Method extends string> {
  /**
   * @param token of the caller, not a header
   * @throws Fault the one of the service by its code; SERVICE_UNREACHABLE when no answer came in time
   */
  ask(
    method: Method,
    request: object,
    options: { readonly token: string; readonly timeoutMs: number },
  ): Promise<unknown>;
  /**
   * The answers of the service's stream, read as slowly as they are asked for. It ends when the signal says so.
   * @throws as ask; Fault INVARIANT of a service that has none
   */
  follow(
    request: object,
    options: { readonly token: string; readonly signal: AbortSignal },
  ): AsyncIterable<unknown>;
  close(): void;
}

export type StoreTransport = Transport<StoreMethod>;
