export { type ServiceAddress, connectOrders, connectStore } from './connect.ts';
