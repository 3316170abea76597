/** The development issuer as a process: configuration in, signals and exit codes out. */
import { formatProblems, issuerSchema, loadConfig, problemsOf } from '@tickmesh/config';
import { createLogger } from '@tickmesh/telemetry';
import { openIssuer } from './issuer.ts';

const early = createLogger({ service: 'issuer', level: 'info' });

try {
  const { issuer: options, telemetry } = loadConfig(issuerSchema);
  const logger = createLogger({ service: 'issuer', level: telemetry.logLevel });
  const issuer = await openIssuer({ ...options, logger });
  logger.info('service.ready', { http_port: issuer.port, issuer: issuer.url });
  const stop = (signal: NodeJS.Signals): void => {
    logger.info('service.stopping', { reason: signal });
    void issuer.close().then(() => {
      logger.info('service.stopped');
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (thrown) {
  early.fault('service.failed', thrown);
  process.stderr.write(`${formatProblems(problemsOf(thrown))}\n`);
  process.exitCode = 1;
}
