/** Every limit, pause and number of tries of the bus, with the reason for its size. */
export interface BusLimits {
  /** Attempts at a record whose handling fails by a bug, before it is dead-lettered. */
  readonly bugAttemptsMax: number;
  /** First and longest pause while a dependency is away; each is drawn from the upper half. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** A worker's queue is full beyond either; its partitions are paused until half of it is gone. */
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  /**
   * How long a full queue is waited for before its partitions are paused. Longer than a brisk handler
   * needs: with everything paused the client sleeps for a whole `fetchWaitMs`.
   */
  readonly roomWaitMs: number;
  /** Offsets of applied records are committed this often; more only costs the broker. */
  readonly commitIntervalMs: number;
  /** How long a rebalance or a stop waits for the batches in hand. */
  readonly batchInHandMs: number;
  /**
   * How long the last commit of an assignment is waited for. Short: a broker that is away would hold up the whole
   * shutdown of a service, and what is not committed is delivered again.
   */
  readonly lastCommitMs: number;
  /** How long the group waits for its members in a rebalance; longer than `batchInHandMs`. */
  readonly rebalanceTimeoutMs: number;
  /** Longest wait of one fetch; also how late a paused partition can come back. */
  readonly fetchWaitMs: number;
  /**
   * After a fetch that brought fewer records than `fetchFewRecords`, so long until the next: what comes meanwhile
   * travels together. Without it a trickle of one record a millisecond costs a fetch for each, on both sides. A
   * record that comes after a quiet time does not wait: it answers the fetch that is open.
   */
  readonly fetchPauseMs: number;
  readonly fetchFewRecords: number;
  /** Restarts after faults that waiting does not cure, before the consumer gives up. */
  readonly restartsMax: number;
  /** The handler's share of the event loop before others, heartbeats among them, get a turn. */
  readonly turnMs: number;
  readonly lagIntervalMs: number;
}

export const LIMITS: BusLimits = {
  bugAttemptsMax: 3,
  backoffFirstMs: 100,
  backoffMaxMs: 5_000,
  queueRecordsMax: 2_000,
  queueBytesMax: 32 * 1024 * 1024,
  roomWaitMs: 200,
  commitIntervalMs: 500,
  batchInHandMs: 15_000,
  lastCommitMs: 5_000,
  rebalanceTimeoutMs: 30_000,
  fetchWaitMs: 250,
  fetchPauseMs: 4,
  fetchFewRecords: 32,
  restartsMax: 5,
  turnMs: 10,
  lagIntervalMs: 10_000,
};

/**
 * Of one fetch, packed. All that a fetch brings is unpacked at once, to about eight times its size and, of small
 * records, ten thousand objects for each 100 KiB: several consumers that are behind must fit into one service's heap.
 * The broker sends at least one batch whatever its size, so that the largest record passes as well.
 */
export const FETCH_PARTITION_BYTES_MAX = 128 * 1024;
export const FETCH_BYTES_MAX = 512 * 1024;
