import type { Crash } from '../app/crash.ts';

/** Ends the process at the named point, without any of the courtesies of a shutdown. */
export function crashAt(point: string | undefined): Crash {
  if (point === undefined) return () => undefined;
  return (reached) => {
    if (reached !== point) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment; nothing more may happen until it has.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}
