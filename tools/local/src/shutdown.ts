/** Why a run ends before its work does. */
export type EndReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent gone';

/**
 * Settles once when somebody asks this process to end: by a signal, or because the bootstrap that started it is gone
 * (its channel closes; not with `withParent: false`). The caller then stops what it started, in its order. Waiting for
 * it keeps no process alive: what was started does.
 */
export function endRequested(
  options: { withParent: boolean } = { withParent: true },
): Promise<EndReason> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
    if (process.channel === undefined) return;
    if (options.withParent) {
      process.once('disconnect', () => {
        resolve('parent gone');
      });
    }
    // A listener holds the channel open, and with it a process that has nothing left to do.
    process.channel.unref();
  });
}
