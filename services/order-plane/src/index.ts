export { AccountBook, type AccountState } from './app/account-book.ts';
export { instrumentRulesOf, intentFactOf, orderRequestOf } from './app/intent-order.ts';
export { MarketBoard } from './app/market-board.ts';
export { OrderPlane } from './app/order-plane.ts';
export type { Broker, BrokerSession, OrderProbe, ReceivedIntent } from './app/ports.ts';
export { type OpenOrderPlane, type OrderPlaneConfig, openOrderPlane } from './order-plane-parts.ts';
