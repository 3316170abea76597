/** The bus as a part of a service: observed, watched, and closed in its place of the shutdown. */
import { type Bus, connectBus, oidcTokens } from '@tickmesh/bus';
import type { KafkaConfig, RegistryConfig } from '@tickmesh/config';
import { PRINCIPALS, type PrincipalName, type TopicName, topicsOf } from '@tickmesh/contracts';
import { Fault, faultOf } from '@tickmesh/kernel';
import type { ServiceContext } from './boot.ts';
import { busLog, busMetrics, busTracer } from './bus-observation.ts';

export interface OpenBusOptions {
  readonly kafka: KafkaConfig;
  readonly registry: RegistryConfig;
  /** What the service publishes: schema ids are looked up before the first message. */
  readonly publishes: readonly TopicName[];
}

/** Between two attempts to find the broker and the registry at the start. */
const START_RETRY_MS = 1_000;

/**
 * Opens the bus of a service. Broker, registry and every consumer become dependencies of its health; the
 * start waits for rights, topics and schemas, however long the broker or the registry is away.
 */
export function openBus(context: ServiceContext, options: OpenBusOptions): Bus {
  const { kafka, registry, publishes } = options;
  const { lifecycle, health, logger } = context;
  const bus = connectBus(
    {
      kafka: { ...kafka, clientId: `${kafka.clientId}-${context.name}` },
      registry: { ...registry, timeoutMs: registry.requestTimeoutMs },
      topicPrefix: kafka.topicPrefix,
    },
    {
      log: busLog(logger),
      metrics: busMetrics(context.metrics),
      tracer: busTracer(context.tracing),
      ...(kafka.sasl?.mechanism === 'OAUTHBEARER' ? { tokens: oidcTokens(kafka.sasl) } : {}),
    },
  );
  lifecycle.onStop('producers', 'bus', () => bus.close());
  dependOnBus(bus, health);
  context.status.watch(bus);
  const principal = principalNamed(context.name);
  let stopped = false;
  lifecycle.onStop('intake', 'bus start', () => {
    stopped = true;
  });
  lifecycle.onStart('bus', async () => {
    while (!stopped) {
      try {
        await prepareTopics(bus, principal);
        await bus.lookupSchemaIds(publishes);
        return;
      } catch (thrown) {
        const fault = faultOf(thrown);
        if (fault.reaction.retry !== 'backoff') throw fault;
        logger.fault('dependency.lost', fault);
        await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
      }
    }
  });
  return bus;
}

/** Groups carry the mesh's prefix as its topics do. */
export function groupIdOf(kafka: KafkaConfig, name: string): string {
  return `${kafka.topicPrefix}${name}`;
}

function dependOnBus(bus: Bus, health: ServiceContext['health']): void {
  // One question for the three answers: a health page must not cost three connections.
  let asked: { readonly atMs: number; readonly answer: ReturnType<Bus['health']> } | undefined;
  const ask = (): ReturnType<Bus['health']> => {
    const nowMs = Date.now();
    if (asked === undefined || nowMs - asked.atMs > 500)
      asked = { atMs: nowMs, answer: bus.health() };
    return asked.answer;
  };
  health.depend('kafka', async () => (await ask()).broker);
  health.depend('schema registry', async () => (await ask()).registry);
  health.depend('consumers', async () => {
    const broken = (await ask()).consumers.filter(
      ({ phase }) => phase === 'failed' || phase === 'waiting' || phase === 'joining',
    );
    const reason = broken
      .map(
        ({ groupId, phase, reason: why }) =>
          `${groupId} ${phase}${why === undefined ? '' : `: ${why}`}`,
      )
      .join('; ');
    return broken.length === 0 ? { isUp: true } : { isUp: false, reason };
  });
}

/** A service is the principal of its name. One that contracts/topics.yaml does not know has no rights to check. */
function principalNamed(name: string): PrincipalName | undefined {
  return Object.hasOwn(PRINCIPALS, name) ? (name as PrincipalName) : undefined;
}

/**
 * A right that is missing is waited for, and named meanwhile: it can be given without a restart. A missing topic stops
 * the start; one that differs is said, by the bus, and lived with. A service sees, and looks at, its own topics alone.
 */
async function prepareTopics(bus: Bus, principal: PrincipalName | undefined): Promise<void> {
  if (principal !== undefined) await bus.acls.require(principal);
  const own = principal === undefined ? undefined : new Set(topicsOf(principal));
  const missing = (await bus.topics.list()).filter(
    ({ topic, isThere }) => !isThere && own?.has(topic) !== false,
  );
  if (missing.length > 0) {
    throw new Fault('TOPIC_UNKNOWN', {
      missing: missing.map(({ topic }) => topic),
      cure: 'run `mesh topics create`',
    });
  }
  await bus.topics.verify(own === undefined ? undefined : [...own]);
}
