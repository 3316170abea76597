export { type StoreAddress, connectStore } from './connect.ts';
