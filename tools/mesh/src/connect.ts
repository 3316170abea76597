import { type Bus, connectBus, oidcTokens } from '@tickmesh/bus';
import { type ConfigOf, commandLineSchema, loadConfig } from '@tickmesh/config';
import { type RunningMesh, readRunning } from '@tickmesh/local';

export type CommandLineConfig = ConfigOf<typeof commandLineSchema>;

/**
 * The configuration of the command line: the environment, and for what it does not name, the mesh that runs from
 * this clone.
 * @throws Fault CONFIG_INVALID with every problem
 */
export function commandLineConfig(): CommandLineConfig {
  return loadConfig(commandLineSchema, { ...runningMesh()?.environment, ...definedVariables() });
}

/** The mesh that runs from this clone, unless the environment names a broker: then it means another one. */
export function runningMesh(): RunningMesh | undefined {
  return definedVariables()['KAFKA_BROKERS'] === undefined ? readRunning() : undefined;
}

/** Runs with a bus of its own, which is closed whatever happens. */
export async function withBus<T>(
  use: (bus: Bus, config: CommandLineConfig) => Promise<T>,
): Promise<T> {
  const config = commandLineConfig();
  const { kafka, registry } = config;
  const bus = connectBus(
    {
      kafka: { ...kafka, clientId: `${kafka.clientId}-mesh` },
      registry: { ...registry, timeoutMs: registry.requestTimeoutMs },
      topicPrefix: kafka.topicPrefix,
      principalPattern: kafka.principalPattern,
    },
    kafka.sasl?.mechanism === 'OAUTHBEARER' ? { tokens: oidcTokens(kafka.sasl) } : {},
  );
  try {
    return await use(bus, config);
  } finally {
    await bus.close();
  }
}

/** An empty variable must not hide what the running mesh says. */
function definedVariables(): Record<string, string> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
}
