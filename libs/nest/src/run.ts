/** A service as a process: configuration in, signals and exit codes out. */
import {
  type ConfigOf,
  type ConfigSchema,
  effectiveValues,
  formatProblems,
  loadConfig,
  problemsOf,
} from '@tickmesh/config';
import { faultOf } from '@tickmesh/kernel';
import { createLogger } from '@tickmesh/telemetry';
import {
  type BootConfig,
  type BootingService,
  type ServiceDefinition,
  bootService,
} from './boot.ts';
import { STATUS_ALONE } from './grpc-server.ts';

/** After the ordered shutdown, for what still holds the process open. */
const EXIT_GRACE_MS = 1_000;

/**
 * The body of every `main.ts`: reads the configuration, boots, and stops in order on SIGTERM or SIGINT.
 * Exits with 0 after a clean stop; with 1 on a broken configuration (every problem is listed and nothing
 * is started), a failed start, an uncaught error, or a stop that failed or took too long.
 */
export async function runService<C extends ConfigSchema>(
  schema: C & { readonly sections: Readonly<Record<'http' | 'signIn' | 'telemetry', unknown>> },
  define: (
    config: ConfigOf<C>,
  ) => Omit<ServiceDefinition, 'name' | 'config' | 'onBooting' | 'rights'>,
): Promise<void> {
  // A reader of the log that went away is no reason to stop trading.
  process.stdout.on('error', () => undefined);
  const config = readConfig(schema);
  if (config === undefined) {
    exitWith(1);
    return;
  }
  const boot = config as unknown as BootConfig;
  const told = { toStop: false };
  try {
    await bootService({
      grpc: STATUS_ALONE,
      ...define(config),
      name: schema.subject,
      config: boot,
      effectiveValues: effectiveValues(schema),
      onBooting: (service) => {
        stopOnSignals(service, boot.http.shutdownTimeoutMs, () => (told.toStop = true));
      },
    });
  } catch {
    // bootService has logged it and closed what was open; a signal sets the exit code itself.
    if (!told.toStop) exitWith(1);
  }
}

function readConfig<C extends ConfigSchema>(schema: C): ConfigOf<C> | undefined {
  try {
    return loadConfig(schema);
  } catch (thrown) {
    const logger = createLogger({ service: schema.subject, level: 'info' });
    logger.fault('config.refused', thrown);
    process.stderr.write(`${formatProblems(problemsOf(thrown))}\n`);
    return undefined;
  }
}

function stopOnSignals(service: BootingService, timeoutMs: number, onStop: () => void): void {
  const { logger } = service.context;
  const stop = (reason: string, exitCode: 0 | 1): void => {
    onStop();
    const timer = setTimeout(() => {
      logger.error('service.stop_timed_out', { timeout_ms: timeoutMs });
      process.exit(1);
    }, timeoutMs);
    void service.stop(reason).then(({ failed }) => {
      clearTimeout(timer);
      exitWith(failed.length > 0 ? 1 : exitCode);
    });
  };
  const stopForFault = (thrown: unknown): void => {
    logger.fault('service.failed', faultOf(thrown));
    stop('an uncaught error', 1);
  };
  process.once('SIGTERM', () => {
    stop('SIGTERM', 0);
  });
  process.once('SIGINT', () => {
    stop('SIGINT', 0);
  });
  process.on('uncaughtException', stopForFault);
  process.on('unhandledRejection', stopForFault);
}

/** Lets the process end by itself, so that what is written arrives; cuts short what would hold it. */
function exitWith(code: 0 | 1): void {
  process.exitCode = code;
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
