/** Ends the process at a named point, for tests; in earnest it does nothing. */
export type Crash = (point: StoreCrashPoint) => void;

export type StoreCrashPoint =
  | 'relay.before_publish'
  | 'relay.after_publish'
  | 'relay.after_mark'
  | 'records.before_commit'
  | 'records.after_commit'
  | 'outbox.after_start';
