export { StoreService } from './store-service.ts';
