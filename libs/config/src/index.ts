export { type DocumentOptions, loadDocument, parseDocument } from './document.ts';
export {
  type Field,
  type Fields,
  type Files,
  type ValuesOf,
  boolean,
  fileText,
  integer,
  list,
  maskUrlSecrets,
  number,
  oneOf,
  optional,
  pairs,
  port,
  text,
  url,
} from './field.ts';
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
export { kafkaSection, kafkaToolSection } from './kafka-section.ts';
export {
  type ConfigOf,
  type ConfigSchema,
  type EffectiveValue,
  type Environment,
  type Sections,
  effectiveValues,
  loadConfig,
} from './load.ts';
export { renderConfigPage } from './page.ts';
export { LOOPBACK, PORTS, type ServiceName } from './ports.ts';
export { MASK, type Problem, formatProblems, problemsOf } from './problem.ts';
export { SCHEMAS } from './schemas.ts';
export { type Rule, type RuleBreak, type Section, broken, holds, section } from './section.ts';
export {
  type PathProblem,
  type Place,
  type Shape,
  booleanShape,
  checkedShape,
  choiceShape,
  decimalShape,
  listShape,
  mapShape,
  numberShape,
  objectShape,
  optionalShape,
  refinedShape,
  stringShape,
} from './shape.ts';
export { type CommandLineSignIn, commandLineSchema } from './services/command-line.ts';
export { type FeedConfig, connectorSchema } from './services/connector.ts';
export { dataPlaneSchema } from './services/data-plane.ts';
export { type IssuerConfig, issuerSchema } from './services/issuer.ts';
export { type PaperConfig, orderPlaneSchema } from './services/order-plane.ts';
export { type BrokerFaultsConfig, paperBrokerSchema } from './services/paper-broker.ts';
export { storeSchema } from './services/store.ts';
export { type StrategiesConfig, strategyPlaneSchema } from './services/strategy-plane.ts';
export {
  type DatabaseConfig,
  type HttpConfig,
  type RegistryConfig,
  type TelemetryConfig,
  databaseSection,
  httpSection,
  registrySection,
  telemetrySection,
} from './shared-sections.ts';
export { type SignInAlgorithm, type SignInConfig, signInSection } from './sign-in-section.ts';
export {
  FOREIGN_VARIABLES,
  LAUNCHER_VARIABLES,
  OWN_PREFIXES,
  REFUSED_VARIABLES,
  knownVariables,
} from './variables.ts';
