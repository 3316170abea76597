/**
 * What the bus needs to know of its surroundings, field by field as the configuration names it. Stated
 * here structurally: an adapter imports no other adapter.
 */
import { Fault } from '@tickmesh/kernel';

/** Certificates are PEM texts, times milliseconds, sizes bytes. */
export interface BusKafkaConfig {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly tls: BusTls | undefined;
  readonly sasl: BusSasl | undefined;
  /** What ticks.v1.raw, orderbook.v1.raw and events.v1.dlq are called on this broker. */
  readonly tickerTopic: string;
  readonly orderbookTopic: string;
  readonly dlqTopic: string;
  readonly compression: 'zstd' | 'gzip' | 'none';
  /** 0: a batch goes as soon as the last request is answered. */
  readonly lingerMs: number;
  readonly batchSizeBytes: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

export interface BusTls {
  readonly ca: string | undefined;
  /** Certificate and key of the client, both or neither. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: string | undefined;
}

export type BusSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'OAUTHBEARER';
      /** Sent beside the token: logicalCluster, identityPoolId and any other. */
      readonly extensions: Readonly<Record<string, string>>;
    };

export interface BusRegistryConfig {
  /** Base of a Confluent-compatible API, such as `http://127.0.0.1:8081/apis/ccompat/v7`. */
  readonly url: string;
  readonly timeoutMs?: number;
  /** Value of the Authorization header. A secret. */
  readonly authorization?: string | undefined;
}

export interface BusConfig {
  readonly kafka: BusKafkaConfig;
  readonly registry: BusRegistryConfig;
  /** Put before every topic's name on the broker: lets several meshes share one broker. */
  readonly topicPrefix?: string;
  /** Copies of each topic that is created; the declaration's own by default. */
  readonly replicationFactor?: number;
  readonly minInsyncReplicas?: number;
  /** What the broker calls a principal of ours, `User:{principal}` by default. */
  readonly principalPattern?: string;
}

/**
 * Refuses a configuration that contradicts itself, with every problem at once.
 * @throws Fault CONFIG_INVALID
 */
export function checkConfig(config: BusConfig, hasTokens: boolean): void {
  const problems = [...kafkaProblems(config.kafka), ...securityProblems(config.kafka, hasTokens)];
  if (!/^https?:\/\//.test(config.registry.url)) {
    problems.push('registry.url: expected an http or https address');
  } else if (new URL(config.registry.url).username !== '') {
    problems.push('registry.url: expected no credentials, they go into registry.authorization');
  }
  if (problems.length > 0) throw new Fault('CONFIG_INVALID', { problems });
}

function kafkaProblems(kafka: BusKafkaConfig): string[] {
  const problems: string[] = [];
  if (kafka.brokers.length === 0) problems.push('kafka.brokers: expected at least one host:port');
  for (const broker of kafka.brokers) {
    if (!/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(broker)) {
      problems.push(`kafka.brokers: expected host:port, found ${broker}`);
    }
  }
  if (kafka.clientId === '') problems.push('kafka.clientId: expected a name');
  if (kafka.heartbeatIntervalMs * 3 > kafka.sessionTimeoutMs) {
    problems.push('kafka.heartbeatIntervalMs: expected at most a third of sessionTimeoutMs');
  }
  if (kafka.batchSizeBytes < 1 || kafka.batchSizeBytes > 4_194_304) {
    problems.push('kafka.batchSizeBytes: expected 1 to 4194304');
  }
  if (kafka.lingerMs < 0) problems.push('kafka.lingerMs: expected 0 or more');
  return problems;
}

function securityProblems(kafka: BusKafkaConfig, hasTokens: boolean): string[] {
  const problems: string[] = [];
  const wantsTls = kafka.securityProtocol === 'SSL' || kafka.securityProtocol === 'SASL_SSL';
  const wantsSasl = kafka.securityProtocol.startsWith('SASL_');
  if (!wantsTls && kafka.tls !== undefined) {
    problems.push(`kafka.tls: ${kafka.securityProtocol} uses none`);
  }
  if (kafka.tls !== undefined && (kafka.tls.cert === undefined) !== (kafka.tls.key === undefined)) {
    problems.push('kafka.tls: expected certificate and key together');
  }
  if (wantsSasl && kafka.sasl === undefined) {
    problems.push(`kafka.sasl: ${kafka.securityProtocol} needs a mechanism`);
  }
  if (!wantsSasl && kafka.sasl !== undefined) {
    problems.push(`kafka.sasl: ${kafka.securityProtocol} uses none`);
  }
  if (kafka.sasl?.mechanism === 'OAUTHBEARER' && !hasTokens) {
    problems.push('kafka.sasl: OAUTHBEARER needs a source of tokens');
  }
  return problems;
}
