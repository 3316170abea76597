import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@tickmesh/telemetry';

/** What Nest says of itself, in our form. Its progress reports are left out. */
export function frameworkLogger(logger: Logger): LoggerService {
  const warn = (message: unknown, ...rest: unknown[]): void => {
    logger.warn('framework.warned', { message, context: rest.at(-1) });
  };
  const error = (message: unknown, ...rest: unknown[]): void => {
    logger.error('framework.warned', { message, context: rest.at(-1) });
  };
  return { log: () => undefined, warn, error, fatal: error };
}
