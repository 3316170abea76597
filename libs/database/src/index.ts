export {
  type Database,
  type DatabaseOptions,
  type DatabaseProbe,
  type Queryable,
  type Row,
  type Statement,
  type Transaction,
  type TransactionOptions,
  openDatabase,
  statement,
} from './database.ts';
export { databaseFault } from './faults.ts';
export { Listening, type ListenOptions } from './listening.ts';
export { type Migration, migrate, readMigrations } from './migrations.ts';
