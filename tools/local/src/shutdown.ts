/** Why a run ends before its work does. */
export type EndReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent gone';

/**
 * Settles once when somebody asks this process to end: by a signal, or because the bootstrap that started it is gone
 * (its channel closes). The caller then stops what it started, in its order.
 */
export function endRequested(): Promise<EndReason> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
    if (process.channel === undefined) return;
    process.once('disconnect', () => {
      resolve('parent gone');
    });
    // The channel is there to notice its end, not to keep this process alive.
    process.channel.unref();
  });
}
