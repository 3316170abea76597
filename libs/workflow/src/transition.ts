/** The store's state machines, as far as workflows need them. */

/** As JSON, since it is what the step records. */
export type EntityState = {
  readonly entityId: string;
  readonly version: number;
  readonly state: string;
};

export interface TransitionRequest {
  readonly entityId: string;
  /** The version that the caller's decision was made on. */
  readonly expectedVersion: number;
  readonly toState: string;
}

export interface TransitionStore {
  /**
   * Moves an entity from `expectedVersion` to the next one, in the target state, and keeps the key in the same
   * transaction.
   *
   * A key that was applied before changes nothing: the answer is read back from what that first transition wrote,
   * whatever became of the entity since.
   * @throws Fault VERSION_CONFLICT when the entity moved on for another reason; ARGUMENT_INVALID when the key was applied
   *   with another request; whatever the state machine refuses
   */
  transition(request: TransitionRequest, key: string): Promise<EntityState>;
}
