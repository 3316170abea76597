/** The echo service as a process, for the tests of signals and exit codes. */
import { dataPlaneSchema } from '@tickmesh/config';
import type { Lifecycle } from '../lifecycle.ts';
import { runService } from '../run.ts';
import { EchoModule } from './echo-service.ts';

await runService(dataPlaneSchema, () => ({
  module: ({ lifecycle, logger }) => {
    lifecycle.onStop('pools', 'pool', () => {
      process.stdout.write('pool closed\n');
    });
    lifecycle.onStart('fault', () => {
      if (process.argv.includes('throw')) setTimeout(fail, 50);
      if (process.argv.includes('wait')) return untilStopped(lifecycle);
      return undefined;
    });
    return EchoModule.with(logger);
  },
}));

/** As a start that waits for a broker that is away. */
function untilStopped(lifecycle: Lifecycle): Promise<void> {
  process.stdout.write('waiting\n');
  return new Promise((resolve) => {
    lifecycle.onStop('intake', 'wait', resolve);
  });
}

function fail(): never {
  throw new Error('nobody caught this');
}
