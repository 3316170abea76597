/** What a service answers about itself over gRPC, whatever else it serves: `tickmesh.mesh.v1.StatusService`. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Bus } from '@tickmesh/bus';
import type { HealthReport, ServiceHealth } from './health.ts';
import { protoPathOf } from './proto-path.ts';

export const SERVICE_STATUS = Symbol('ServiceStatus');
export const STATUS_PACKAGE = 'tickmesh.mesh.v1';
export const STATUS_PROTO_PATH = protoPathOf('tickmesh/mesh/v1/mesh.proto');

type WatchedBus = Pick<Bus, 'health' | 'groupLag'>;
type ServiceState = 'STARTING' | 'RUNNING' | 'STANDBY' | 'DEGRADED' | 'STOPPING';

/** `google.protobuf.Timestamp`. */
interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** Field by field as the proto file names them; 64-bit integers as texts. */
export interface StatusAnswer {
  readonly name: string;
  readonly version: string;
  readonly state: `SERVICE_STATE_${ServiceState}`;
  readonly reason: string;
  readonly started_at: Timestamp;
  readonly dependencies: readonly {
    readonly name: string;
    readonly address: string;
    readonly up: boolean;
    readonly error_code: string;
    readonly checked_at: Timestamp;
  }[];
  readonly partitions: readonly PartitionAnswer[];
  readonly instance_id: string;
  readonly observed_at: Timestamp;
}

interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly consumer_group: string;
  readonly next_offset: string;
  readonly end_offset: string;
  readonly lag_records: string;
  readonly paused: boolean;
}

interface Standing {
  readonly isStandby: boolean;
  readonly partitions: readonly PartitionAnswer[];
}

/** Answers are kept so long, so that nobody can load the broker by asking. */
const ANSWER_AGE_MAX_MS = 500;

export class ServiceStatus {
  readonly #name: string;
  readonly #health: Pick<ServiceHealth, 'report'>;
  readonly #startedAt = timestampOf(Date.now());
  readonly #instanceId: string;
  readonly #buses: WatchedBus[] = [];
  #asked: { readonly atMs: number; readonly answer: Promise<StatusAnswer> } | undefined;

  constructor(name: string, health: Pick<ServiceHealth, 'report'>) {
    this.#name = name;
    this.#health = health;
    this.#instanceId = `${name}@${hostname()}/${process.pid}/${Date.now().toString(36)}`;
  }

  /** Consumers of the bus count: what they own, how far they are, whether they stand by. */
  watch(bus: WatchedBus): void {
    this.#buses.push(bus);
  }

  answer(): Promise<StatusAnswer> {
    const nowMs = performance.now();
    if (this.#asked === undefined || nowMs - this.#asked.atMs > ANSWER_AGE_MAX_MS) {
      this.#asked = { atMs: nowMs, answer: this.#observe() };
    }
    return this.#asked.answer;
  }

  async #observe(): Promise<StatusAnswer> {
    const report = await this.#health.report();
    const standings = await Promise.all(this.#buses.map(standingOf));
    const partitions = standings.flatMap((standing) => standing.partitions);
    const isStandby = standings.length > 0 && standings.every((standing) => standing.isStandby);
    const state = stateOf(report, isStandby);
    return {
      name: this.#name,
      version: VERSION,
      state: `SERVICE_STATE_${state}`,
      reason: state === 'DEGRADED' ? reasonOf(report) : '',
      started_at: this.#startedAt,
      dependencies: report.dependencies.map((dependency) => ({
        name: dependency.name,
        address: dependency.address ?? '',
        up: dependency.isUp,
        error_code: dependency.isUp ? '' : (dependency.code ?? 'SERVICE_UNREACHABLE'),
        checked_at: timestampOf(Date.parse(dependency.checkedAt)),
      })),
      partitions,
      instance_id: this.#instanceId,
      observed_at: timestampOf(Date.now()),
    };
  }
}

function stateOf({ status }: HealthReport, isStandby: boolean): ServiceState {
  if (status === 'starting') return 'STARTING';
  if (status === 'stopping') return 'STOPPING';
  if (status === 'not_ready') return 'DEGRADED';
  return isStandby ? 'STANDBY' : 'RUNNING';
}

const reasonOf = ({ dependencies }: HealthReport): string =>
  dependencies
    .filter(({ isUp }) => !isUp)
    .map(({ name, reason }) => (reason === undefined ? name : `${name}: ${reason}`))
    .join('; ');

/** Of a broker that does not answer nothing is known: the dependencies say so. */
async function standingOf(bus: WatchedBus): Promise<Standing> {
  const { broker, consumers } = await bus.health();
  const isStandby = consumers.length > 0 && consumers.every(({ phase }) => phase === 'standby');
  if (!broker.isUp) return { isStandby, partitions: [] };
  const owning = consumers.filter(({ partitions }) => partitions.length > 0);
  const answers = await Promise.all(owning.map((consumer) => partitionsOf(bus, consumer)));
  return { isStandby, partitions: answers.flat() };
}

async function partitionsOf(
  bus: WatchedBus,
  { groupId, phase, partitions }: Awaited<ReturnType<WatchedBus['health']>>['consumers'][number],
): Promise<readonly PartitionAnswer[]> {
  const owned = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
  try {
    const lags = await bus.groupLag(groupId);
    return lags
      .filter(({ topic, partition }) => owned.has(`${topic}/${partition}`))
      .map(({ topic, partition, committed, next, lagRecords }) => ({
        topic,
        partition,
        consumer_group: groupId,
        next_offset: String(committed ?? next - lagRecords),
        end_offset: String(next),
        lag_records: String(lagRecords),
        paused: phase === 'waiting',
      }));
  } catch {
    return [];
  }
}

/** The packages of the repository share one version. */
const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  }
).version;

const timestampOf = (millis: number): Timestamp => ({
  seconds: Math.floor(millis / 1_000),
  nanos: Math.round((millis % 1_000) * 1e6),
});

@Controller()
export class StatusController {
  readonly #status: ServiceStatus;

  constructor(@Inject(SERVICE_STATUS) status: ServiceStatus) {
    this.#status = status;
  }

  @GrpcMethod('StatusService', 'GetStatus')
  getStatus(): Promise<StatusAnswer> {
    return this.#status.answer();
  }
}
