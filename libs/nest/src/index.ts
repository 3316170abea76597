export {
  type BootConfig,
  type BootingService,
  type RunningService,
  type ServedCalls,
  type ServiceContext,
  type ServiceDefinition,
  bootService,
} from './boot.ts';
export {
  type BusBatch,
  type BusObservations,
  busLog,
  busMetrics,
  busTracer,
} from './bus-observation.ts';
export type { Caller } from '@tickmesh/sign-in';
export { CalledBy, callerOf } from './callers.ts';
export {
  type FaultBody,
  FaultFilter,
  GRPC_FAULT_CODE,
  grpcErrorOf,
  httpStatusOf,
} from './faults.ts';
export type { GrpcDefinition } from './grpc-server.ts';
export type {
  DependencyProbe,
  DependencyReport,
  DependencyState,
  Health,
  HealthReport,
} from './health.ts';
export { type Lifecycle, STOP_PHASES, type StopPhase, type StopResult } from './lifecycle.ts';
export type { OpenApiDefinition } from './open-api.ts';
export { groupIdOf, openBus } from './open-bus.ts';
export { protoPathOf } from './proto-path.ts';
export { runService } from './run.ts';
export type { ServiceStatus, StatusAnswer } from './service-status.ts';
export { systemClock } from './system-clock.ts';
