export { renderPage } from './page.ts';
export { type PlayedFrame, type Recording, mergedFrames } from './recorded-frames.ts';
export type { BacktestReport, EquityPoint, FillLine, TradeLine } from './report.ts';
export { type BacktestOptions, runBacktest } from './run-backtest.ts';
export { Simulation, type SimulationParts, type SimulationProbe } from './simulation.ts';
