/** Makes kafkajs clients with the settings and cures of the bus. */
import kafkajs, { type Kafka, type LogEntry } from 'kafkajs';
import { installZstd } from './compression.ts';
import type { BusKafkaConfig } from './config.ts';
import { cureKafkajs } from './kafkajs-cures.ts';
import type { BusLog } from './observe.ts';
import { securitySettings, type TokenSource } from './security.ts';

/** About ten seconds in all: a broker that restarts comes back within it. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, factor: 0.2, retries: 8 } as const;

/**
 * A client of its own for each consumer: consumers of one group that share a client also share, and
 * clear, each other's positions.
 */
export function kafkaClient(
  config: BusKafkaConfig,
  log: BusLog,
  tokens: TokenSource | undefined,
  retry: { readonly retries: number } = RETRY,
): Kafka {
  cureKafkajs();
  installZstd();
  return new kafkajs.Kafka({
    clientId: config.clientId,
    brokers: [...config.brokers],
    connectionTimeout: config.connectionTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { ...RETRY, ...retry, restartOnFailure: () => Promise.resolve(false) },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      logEntry(log, entry);
    },
    ...securitySettings(config, tokens),
  });
}

/**
 * The client calls every attempt that it will repeat an error; ours say what the outcome was. So its
 * own lines are kept at debug.
 */
function logEntry(log: BusLog, { namespace, label, log: entry }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...facts } = entry;
  log('debug', 'kafka.client', { client_level: label, namespace, message, ...facts });
}
