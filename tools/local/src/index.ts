export { type Artefacts, type Progress, fetchArtefacts } from './artefacts.ts';
export { type Broker, type BrokerOptions, startBroker } from './broker.ts';
export { buildServices } from './build.ts';
export {
  type Authority,
  type Certificate,
  type CertificateRequest,
  createAuthority,
} from './certificates.ts';
export {
  type SecuredBrokerSettings,
  type SecuredListeners,
  type SecuredProtocol,
  type TokenRules,
  securedListeners,
} from './secured-listeners.ts';
export {
  type Exit,
  type LocalProcess,
  type ProcessOptions,
  startProcess,
} from './child-process.ts';
export { guard, keepFolder, release, removeFolderAtDeath } from './guardian.ts';
export {
  type Infrastructure,
  type InfrastructureOptions,
  startInfrastructure,
} from './infrastructure.ts';
export { COMPOSE_FILE, MESH_DIR, REPOSITORY_ROOT, SECURE_FILE } from './paths.ts';
export { type NamedPort, checkPorts, isPortFree, pickFreePort } from './ports.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts';
export { type Prerequisite, checkPrerequisites } from './prerequisites.ts';
export {
  CONFLUENT_API_PATH,
  type Registry,
  type RegistryOptions,
  startRegistry,
} from './registry.ts';
export { type EndReason, endRequested } from './shutdown.ts';
export { type ComposeFile, type ComposePort, type ComposeService, readCompose } from './compose.ts';
export { type LaunchOptions, type Mesh, freePortVariables, launchMesh } from './launch.ts';
export { type RunningMesh, type RunningService, readRunning } from './running-file.ts';
