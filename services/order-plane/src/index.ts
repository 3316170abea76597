export { AccountBook, type AccountState } from './app/account-book.ts';
export { instrumentRulesOf, intentFactOf, orderRequestOf } from './app/intent-order.ts';
export { MarketBoard } from './app/market-board.ts';
export { OrderPlaneModule } from './order-plane.module.ts';
