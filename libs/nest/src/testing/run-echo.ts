/** A service without calls of its own as a process, for the tests of signals and exit codes. */
import { Module } from '@nestjs/common';
import { dataPlaneSchema } from '@tickmesh/config';
import type { Lifecycle } from '../lifecycle.ts';
import { runService } from '../run.ts';

@Module({})
class Empty {}

await runService(dataPlaneSchema, () => ({
  module: ({ lifecycle }) => {
    lifecycle.onStop('pools', 'pool', () => {
      process.stdout.write('pool closed\n');
    });
    lifecycle.onStart('fault', () => {
      if (process.argv.includes('throw')) setTimeout(fail, 50);
      if (process.argv.includes('wait')) return untilStopped(lifecycle);
      return undefined;
    });
    return Empty;
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
