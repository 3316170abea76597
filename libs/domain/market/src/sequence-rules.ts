import type { DepthFrame } from './venue-frames.ts';

/** How a venue numbers its updates, and how a snapshot is joined to them. */
export interface SequenceRule {
  /** The snapshot ends before the first update that was kept: updates between them are missing. */
  isSnapshotTooOld(snapshotId: number, first: DepthFrame): boolean;
  /** The snapshot already holds the whole update. */
  isBeforeSnapshot(frame: DepthFrame, snapshotId: number): boolean;
  /** The update may be the first applied to the snapshot. */
  bridges(frame: DepthFrame, snapshotId: number): boolean;
  /** The update is the next one after the book's last. */
  follows(frame: DepthFrame, lastId: number): boolean;
}

export type SequenceRuleName = 'binance_spot' | 'binance_futures';

/**
 * Binance's own procedures, to the letter: "How to manage a local order book correctly" of the spot
 * and of the USD-M and COIN-M documentation. Spot ids are contiguous; a futures update names the last
 * id of the one before it (`pu`).
 */
export const SEQUENCE_RULES: Readonly<Record<SequenceRuleName, SequenceRule>> = {
  binance_spot: {
    isSnapshotTooOld: (snapshotId, first) => snapshotId < first.firstId,
    isBeforeSnapshot: (frame, snapshotId) => frame.lastId <= snapshotId,
    bridges: (frame, snapshotId) =>
      frame.firstId <= snapshotId + 1 && snapshotId + 1 <= frame.lastId,
    follows: (frame, lastId) => frame.firstId <= lastId + 1,
  },
  binance_futures: {
    isSnapshotTooOld: (snapshotId, first) => snapshotId < first.firstId,
    isBeforeSnapshot: (frame, snapshotId) => frame.lastId < snapshotId,
    bridges: (frame, snapshotId) => frame.firstId <= snapshotId && snapshotId <= frame.lastId,
    follows: (frame, lastId) => frame.previousId === lastId,
  },
};
