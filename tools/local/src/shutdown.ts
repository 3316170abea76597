/** Why a run ends before its work does. */
export type EndReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent gone';

/**
 * Settles once when somebody asks this process to end: by a signal, or because the bootstrap that started it is gone
 * (its channel closes; not with `withParent: false`). The caller then stops what it started, in its order. The
 * process stays alive until then.
 */
export function endRequested(
  options: { withParent: boolean } = { withParent: true },
): Promise<EndReason> {
  // Waiting for a signal holds no handle of its own: the timer does.
  const alive = setInterval(() => undefined, 60_000);
  return new Promise<EndReason>((resolve) => {
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
    // The channel is there to notice its end, not to keep this process alive.
    process.channel.unref();
  }).finally(() => {
    clearInterval(alive);
  });
}
