/** What carries calls to a store. Messages are those of tickmesh.store.v1, 64-bit integers as text. */

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

export interface StoreTransport {
  /**
   * @param token of the caller, not a header
   * @throws Fault the one of the store by its code; SERVICE_UNREACHABLE when no answer came in time
   */
  ask(
    method: StoreMethod,
    request: object,
    options: { readonly token: string; readonly timeoutMs: number },
  ): Promise<unknown>;
  /** The answers of Subscribe, read as slowly as they are asked for. It ends when the signal says so. @throws as ask */
  follow(
    request: object,
    options: { readonly token: string; readonly signal: AbortSignal },
  ): AsyncIterable<unknown>;
  close(): void;
}
