/** Counts since the start, for metrics. */
export interface PipelineCounts {
  readonly frames: number;
  /** Records not made because the venue had told no time yet. */
  readonly untimed: number;
  /** Updates kept for a snapshot now; updates applied; updates that the book held already. */
  readonly depthBuffered: number;
  readonly depthApplied: number;
  readonly depthDropped: number;
  /** Quotes and books of one update id that were compared, and those that differed. */
  readonly quoteChecks: number;
  readonly quoteMismatches: number;
  /** Quotes whose update id was not above the last one. */
  readonly quotesRepeated: number;
  /** Quotes with the bid above the ask: no tick is made of them. */
  readonly quotesCrossed: number;
  /** Trade ids that have not come; trades that came twice; trades too late for a revision. */
  readonly tradesMissing: number;
  readonly tradesRepeated: number;
  readonly tradesTooLate: number;
  /** Frames dated too far ahead to be believed; such a trade is in no bar. */
  readonly timesRefused: number;
}
