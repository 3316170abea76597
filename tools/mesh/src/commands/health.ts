import { connect } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Bus } from '@tickmesh/bus';
import { faultOf } from '@tickmesh/kernel';
import { REPOSITORY_ROOT, readCompose } from '@tickmesh/local';
import { type CommandLineConfig, withBus } from '../connect.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { httpAddressOf } from '../service-address.ts';

interface PartHealth {
  readonly name: string;
  readonly isUp: boolean;
  readonly address: string;
  /** Why not, for people; empty when it is up. */
  readonly reason: string;
}

interface GroupLag {
  readonly group: string;
  readonly records: bigint;
}

const ANSWER_MS = 3000;

/** `mesh health`: is everything up, where, and how far behind are the consumers. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('health')
    .description(
      'Services, broker, registry and database: up or not, why, where; exit 1 if any is down',
    )
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) =>
      run(options, output, () => withBus((bus, config) => health(bus, config, options, output))),
    );
}

async function health(
  bus: Bus,
  config: CommandLineConfig,
  options: CommonOptions,
  output: Output,
): Promise<number> {
  const [{ broker, registry }, database, services] = await Promise.all([
    bus.health(),
    databaseHealth(config.database.url),
    servicesHealth(),
  ]);
  const parts: PartHealth[] = [
    { name: 'kafka', ...broker, reason: broker.reason ?? '' },
    { name: 'schema registry', ...registry, reason: registry.reason ?? '' },
    database,
    ...services,
  ];
  const lag = broker.isUp ? await lagOfGroups(bus, config.kafka.topicPrefix) : [];
  if (options.json === true) output.line(json({ parts, lag }));
  else {
    const rows = parts.map(({ name, isUp, address, reason }) => [
      name,
      isUp ? 'up' : 'DOWN',
      address,
      reason,
    ]);
    output.line(table(['part', 'state', 'address', 'why'], rows));
    if (lag.length > 0) {
      output.line('');
      output.line(
        table(
          ['consumer group', 'records behind'],
          lag.map(({ group, records }) => [group, records.toString()]),
        ),
      );
    }
  }
  return parts.every(({ isUp }) => isUp) ? 0 : 1;
}

/** Our services of the compose file, at the addresses that it or the running mesh gives. */
async function servicesHealth(): Promise<readonly PartHealth[]> {
  const compose = readCompose(join(REPOSITORY_ROOT, 'docker-compose.yml'));
  const services = [...compose.services.values()].filter(
    ({ built, ports }) => built && ports.length > 0,
  );
  return Promise.all(services.map(({ name }) => serviceHealth(name, httpAddressOf(name))));
}

async function serviceHealth(name: string, address: string): Promise<PartHealth> {
  try {
    const answer = await fetch(`${address}/health/ready`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const report = (await answer.json()) as {
      status: string;
      dependencies: readonly { name: string; isUp: boolean; reason?: string }[];
    };
    const down = report.dependencies.filter(({ isUp }) => !isUp);
    const reasons = down.map((each) => `${each.name}: ${each.reason ?? 'down'}`).join('; ');
    const isUp = report.status === 'ready';
    return { name, isUp, address, reason: isUp ? '' : reasons || report.status };
  } catch (thrown) {
    return { name, isUp: false, address, reason: reasonOf(thrown) };
  }
}

/** Whether PostgreSQL accepts connections: only its own answer to an SSL request proves that it is one. */
function databaseHealth(url: string): Promise<PartHealth> {
  const { hostname, port } = new URL(url);
  const address = `${hostname}:${port || '5432'}`;
  const down = (reason: string): PartHealth => ({ name: 'database', isUp: false, address, reason });
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432) });
    const finish = (health: PartHealth): void => {
      socket.destroy();
      resolve(health);
    };
    socket.setTimeout(ANSWER_MS, () => {
      finish(down('no answer'));
    });
    socket.once('error', (cause) => {
      finish(down(reasonOf(cause)));
    });
    socket.once('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('data', (data) => {
      const answered = data[0] === 0x4e || data[0] === 0x53;
      finish(
        answered ? { name: 'database', isUp: true, address, reason: '' } : down('not PostgreSQL'),
      );
    });
  });
}

async function lagOfGroups(bus: Bus, prefix: string): Promise<readonly GroupLag[]> {
  const groups = (await bus.groupIds()).filter((group) => group.startsWith(prefix));
  const lags = await Promise.all(
    groups.map(async (group) => {
      const lag = await bus.groupLag(group);
      return { group, records: lag.reduce((sum, { lagRecords }) => sum + lagRecords, 0n) };
    }),
  );
  return lags;
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = (cause as NodeJS.ErrnoException).code;
  return code === 'ECONNREFUSED' ? 'nobody listens there' : faultOf(cause).message;
}
