export {
  KAFKA_COMPRESSIONS,
  KAFKA_SASL_MECHANISMS,
  KAFKA_SECURITY_PROTOCOLS,
  type KafkaCompression,
  type KafkaConfig,
  type KafkaSasl,
  type KafkaSaslMechanism,
  type KafkaSaslOauthbearer,
  type KafkaSaslPassword,
  type KafkaSecurityProtocol,
  type KafkaTls,
} from './kafka.ts';
export { MASK, type Problem, formatProblems, problemsOf } from './problem.ts';
