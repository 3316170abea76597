/** The one way a service starts and stops. */
import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DynamicModule, Module, type NestApplicationOptions, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EffectiveValue, HttpConfig, SignInConfig, TelemetryConfig } from '@tickmesh/config';
import { RIGHTS, type RightsTable, type RightsTransport, rightTo } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import { openSignIn } from '@tickmesh/sign-in';
import {
  type Logger,
  type LoggerOptions,
  type Metrics,
  type Tracing,
  createLogger,
  createMetrics,
  startTracing,
} from '@tickmesh/telemetry';
import { CallRates } from './call-rates.ts';
import { FaultFilter } from './faults.ts';
import { frameworkLogger } from './framework-logger.ts';
import { Gate } from './gate.ts';
import { grpcGate } from './grpc-gate.ts';
import { GrpcHealth, type GrpcDefinition } from './grpc-server.ts';
import { type Health, ServiceHealth } from './health.ts';
import {
  guardRequests,
  measureRequests,
  openHttpAdapter,
  serveOperations,
  watchRoutes,
} from './http-server.ts';
import { type Lifecycle, ServiceLifecycle, type StopResult } from './lifecycle.ts';
import { openMetricsServer } from './metrics-server.ts';
import { type OpenApiDefinition, serveOpenApi } from './open-api.ts';
import { RequestTracing } from './request-tracing.ts';
import { SERVICE_STATUS, ServiceStatus, StatusController } from './service-status.ts';

/** The parts of a service's configuration that booting reads. */
export interface BootConfig {
  readonly http: HttpConfig;
  readonly signIn: SignInConfig;
  readonly telemetry: TelemetryConfig;
  readonly kafka?: { readonly metricsPort: number | undefined };
}

/** What a service is given to build itself with. */
export interface ServiceContext {
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly lifecycle: Lifecycle;
  readonly health: Health;
  /** Told of each bus, to answer for its consumers. */
  readonly status: Pick<ServiceStatus, 'watch'>;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly config: BootConfig;
  /**
   * Opens the parts and binds them in the wiring module. Each part that is opened is registered with
   * `lifecycle.onStop` at once, so that a failure further on closes it; consumers and feeds start in
   * `lifecycle.onStart`, when the service listens.
   */
  readonly module: (
    context: ServiceContext,
  ) => Promise<DynamicModule | Type> | DynamicModule | Type;
  /** The calls of its own; with none, status, health and reflection alone. Absent: no gRPC at all. */
  readonly grpc?: GrpcDefinition;
  /** For services with HTTP calls of their own. */
  readonly openApi?: OpenApiDefinition;
  /** Who may make which call: contracts/rights.yaml, unless a test serves calls of its own. */
  readonly rights?: RightsTable;
  /** Logged at the start, as they are shown: secrets masked. */
  readonly effectiveValues?: readonly EffectiveValue[];
  /** Told before anything is opened, so that a start can be stopped as well. */
  readonly onBooting?: (booting: BootingService) => void;
  /** Takes log lines instead of standard output. */
  readonly writeLog?: LoggerOptions['write'];
}

export interface BootingService {
  readonly context: ServiceContext;
  /** The ordered shutdown; a second call waits for the first. */
  stop(reason: string): Promise<StopResult>;
}

export type ServedCalls = Readonly<Record<RightsTransport, readonly string[]>>;

export interface RunningService extends BootingService {
  /** The Nest application, for tests and tools that need a provider. */
  readonly app: NestFastifyApplication;
  /** Every call that it serves, as contracts/rights.yaml names it. */
  readonly calls: ServedCalls;
  /** Where it listens: the port given, or the one the system chose for 0. */
  readonly httpPort: number;
  /** Undefined: it serves no gRPC. */
  readonly grpcPort: number | undefined;
  readonly metricsPort: number | undefined;
}

/** Between two looks at the dependencies, for the log, the gauge and gRPC health. */
const HEALTH_INTERVAL_MS = 5_000;

/**
 * Opens telemetry, the parts, HTTP, gRPC and the metrics ports, then starts the work.
 * @throws what failed, after everything that was open has been closed
 */
export async function bootService(definition: ServiceDefinition): Promise<RunningService> {
  const { name, config } = definition;
  const metrics = createMetrics({ processMetrics: true });
  const tracing = openTracing(name, config.telemetry, () => logger);
  const logger = openLogger(definition, metrics, tracing);
  const lifecycle = new ServiceLifecycle(logger, config.http.shutdownTimeoutMs);
  lifecycle.onStop('telemetry', 'tracing', () => tracing.shutdown());
  let isStarted = false;
  const phase = (): 'starting' | 'ready' | 'stopping' =>
    lifecycle.isStopping ? 'stopping' : isStarted ? 'ready' : 'starting';
  const grpcHealth = new GrpcHealth();
  const onStatus = (status: string): void => {
    grpcHealth.set(status === 'ready');
  };
  const health = new ServiceHealth({ service: name, logger, metrics, phase, onStatus });
  const status = new ServiceStatus(name, health);
  const context: ServiceContext = { name, logger, metrics, tracing, lifecycle, health, status };
  const stop = stopOnce(lifecycle, logger);
  definition.onBooting?.({ context, stop });
  try {
    logger.info('service.starting');
    logEffectiveValues(logger, definition.effectiveValues);
    const open = await listen(definition, context, { health, grpcHealth, lifecycle, status });
    await lifecycle.start();
    isStarted = true;
    const grpcPort = definition.grpc === undefined ? undefined : config.http.grpcPort;
    logger.info('service.ready', { http_port: open.httpPort, grpc_port: grpcPort });
    await health.report();
    return { context, ...open, grpcPort, stop };
  } catch (thrown) {
    if (!lifecycle.isStopping) logger.fault('service.failed', thrown);
    await stop('the start failed');
    throw thrown;
  }
}

function logEffectiveValues(logger: Logger, values: readonly EffectiveValue[] = []): void {
  if (values.length === 0) return;
  const shown = values.map(({ variable, value }) => [variable, value] as const);
  logger.info('config.loaded', { values: Object.fromEntries(shown) });
}

/** A second call waits for the first, and only the first says that it is over. */
function stopOnce(
  lifecycle: ServiceLifecycle,
  logger: Logger,
): (reason: string) => Promise<StopResult> {
  let stopping: Promise<StopResult> | undefined;
  const stop = async (reason: string): Promise<StopResult> => {
    const result = await lifecycle.stop(reason);
    logger.info('service.stopped', { failed_steps: result.failed });
    return result;
  };
  return (reason) => (stopping ??= stop(reason));
}

interface Listening {
  readonly app: NestFastifyApplication;
  readonly calls: ServedCalls;
  readonly httpPort: number;
  readonly metricsPort: number | undefined;
}

interface ListenParts {
  readonly health: ServiceHealth;
  readonly grpcHealth: GrpcHealth;
  readonly lifecycle: ServiceLifecycle;
  readonly status: ServiceStatus;
}

async function listen(
  definition: ServiceDefinition,
  context: ServiceContext,
  { health, grpcHealth, lifecycle, status }: ListenParts,
): Promise<Listening> {
  const { config, name, grpc } = definition;
  const module = await definition.module(context);
  lifecycle.assertStarting();
  const adapter = openHttpAdapter(config.http);
  const gate = openGate(definition, context);
  guardRequests(adapter, gate);
  const calls = { http: new Set<string>(), grpc: new Set<string>() };
  watchRoutes(adapter, (call) => calls.http.add(call));
  const app = await createApp(rootModule(module, status), adapter, context);
  lifecycle.onStop('listeners', 'http and grpc', () => app.close());
  serveOperations(adapter, { service: name, health, metrics: context.metrics });
  measureRequests(adapter, context.metrics);
  if (definition.openApi !== undefined) serveOpenApi(app, definition.openApi);
  if (grpc !== undefined) {
    app.connectMicroservice(
      grpcHealth.options(grpc, config.http, {
        interceptor: grpcGate(gate),
        onServed: (call) => calls.grpc.add(call),
      }),
      {
        inheritAppConfig: true,
      },
    );
    await app.startAllMicroservices();
  }
  await listenHttp(app, config.http);
  const metricsPort = await openSecondMetrics(config, context);
  const timer = setInterval(() => void health.report(), HEALTH_INTERVAL_MS);
  lifecycle.onStop('intake', 'health', () => {
    clearInterval(timer);
    grpcHealth.set(false);
  });
  const served = { http: [...calls.http], grpc: [...calls.grpc] };
  tellUnlisted(definition, served, context.logger);
  return { app, calls: served, httpPort: portOf(adapter), metricsPort };
}

/** Nobody may make such a call, so whoever added it should hear of it before somebody tries. */
function tellUnlisted(
  { name: service, rights = RIGHTS }: ServiceDefinition,
  served: ServedCalls,
  logger: Logger,
): void {
  for (const transport of ['http', 'grpc'] as const) {
    for (const call of served[transport]) {
      if (rightTo(rights, { transport, service, call }) !== undefined) continue;
      logger.error('call.unlisted', { transport, call, table: 'contracts/rights.yaml' });
    }
  }
}

/** The keys of the provider are fetched at once, and waited for by nobody but the first caller. */
function openGate(
  { name: service, config, rights = RIGHTS }: ServiceDefinition,
  { logger, metrics }: ServiceContext,
): Gate {
  let wasUp = true;
  const signIn = openSignIn(config.signIn, {
    onProvider: (isUp, reason) => {
      const dependency = 'sign-in provider';
      metrics.gauge('dependency_up', { dependency }).set(isUp ? 1 : 0);
      if (!isUp && wasUp) logger.warn('dependency.lost', { dependency, reason });
      if (isUp && !wasUp) logger.info('dependency.recovered', { dependency });
      wasUp = isUp;
    },
  });
  signIn.warm().catch(() => undefined);
  const rates = new CallRates(config.http.callsPerSecondMax);
  return new Gate({ service, rights, signIn, rates, logger, metrics });
}

@Module({})
class ServiceRoot {}

function rootModule(module: DynamicModule | Type, status: ServiceStatus): DynamicModule {
  return {
    module: ServiceRoot,
    imports: [module],
    controllers: [StatusController],
    providers: [{ provide: SERVICE_STATUS, useValue: status }],
  };
}

async function createApp(
  module: DynamicModule | Type,
  adapter: FastifyAdapter,
  { logger, tracing, metrics }: ServiceContext,
): Promise<NestFastifyApplication> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes plain objects
  const options: NestApplicationOptions = {
    logger: frameworkLogger(logger),
    abortOnError: false,
    bodyParser: false,
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  app.useGlobalFilters(new FaultFilter(logger));
  app.useGlobalInterceptors(new RequestTracing(tracing, metrics));
  return app;
}

async function listenHttp(app: NestFastifyApplication, http: HttpConfig): Promise<void> {
  try {
    await app.listen(http.httpPort, http.host);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    throw new Fault('PORT_TAKEN', { host: http.host, port: http.httpPort }, thrown);
  }
}

async function openSecondMetrics(
  { kafka, http }: BootConfig,
  { metrics, lifecycle }: ServiceContext,
): Promise<number | undefined> {
  if (kafka?.metricsPort === undefined) return undefined;
  const server = await openMetricsServer(metrics, http.host, kafka.metricsPort);
  lifecycle.onStop('telemetry', 'metrics port', () => server.close());
  return server.port;
}

function portOf(adapter: FastifyAdapter): number {
  const server = adapter.getHttpServer<Server>();
  return (server.address() as AddressInfo).port;
}

function openLogger(
  { name, config, writeLog }: ServiceDefinition,
  metrics: Metrics,
  tracing: Tracing,
): Logger {
  return createLogger({
    service: name,
    level: config.telemetry.logLevel,
    traceContext: () => tracing.logContext(),
    onLine: (level) => {
      metrics.counter('log_lines_total', { level }).add();
    },
    ...(writeLog === undefined ? {} : { write: writeLog }),
  });
}

function openTracing(service: string, config: TelemetryConfig, logger: () => Logger): Tracing {
  return startTracing({
    service,
    otlpEndpointUrl: config.otlpEndpointUrl,
    otlpHeaders: config.otlpHeaders,
    sampler: config.sampler,
    sampleRatio: config.sampleRatio,
    resourceAttributes: config.resourceAttributes,
    onExport: (isUp, error) => {
      const dependency = { dependency: 'otlp receiver', reason: error?.message };
      if (isUp) logger().info('dependency.recovered', dependency);
      else logger().warn('dependency.lost', dependency);
    },
  });
}
