export { Processes } from './processes.ts';
export { StoreService } from './store-service.ts';
