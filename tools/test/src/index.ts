export { environmentOf } from './environment.ts';
