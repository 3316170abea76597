/** What a back-test needs of the order plane: its decisions, marks and paper market, without database or bus. */
export { AccountBook, type AccountState, type HeldPosition } from './app/account-book.ts';
export { type DecisionLog, type Decisions, decideOne } from './app/decide.ts';
export { type FilledOrder, ledgerEntries } from './app/ledger-entries.ts';
export { MarketBoard } from './app/market-board.ts';
export type { LoggedOrder } from './app/order-log.ts';
export { paperInstrument, paperQuote, paperSettings } from './app/paper-market.ts';
export { requestOutcome } from './app/request-outcome.ts';
export { loadLimits } from './edge/limits-file.ts';
