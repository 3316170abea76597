/** What the mesh leans on goes away in the middle of the traffic: it waits, goes on, and loses and blames nothing. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bus, connectBus, isDeadLetterQueue } from '@tickmesh/bus';
import { commandLineSchema, loadConfig } from '@tickmesh/config';
import { TOPICS, type TopicName } from '@tickmesh/contracts';
import { freePortVariables, readRunning } from '@tickmesh/local';
import { type Ended, meshCommand, runScript } from '../e2e/support/run-process.ts';
import { newFolder } from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';

const folder = newFolder('outages');
const PATIENCE = { withinMs: 90_000 };
let ports: Record<string, string>;
let environment: Record<string, string>;
let bus: Bus;

const launcher = (script: string, ...args: string[]): Promise<Ended> =>
  runScript(['tools', 'local', script], ['--dir', folder.path, ...args], ports);

const pidOf = (service: string): number | undefined =>
  readRunning(folder.path)?.services.find(({ name }) => name === service)?.process?.pid;

const isHealthy = async (): Promise<boolean> =>
  (await meshCommand(['health', '--json'], environment)).code === 0;

/** Ends a part as a power cut would; the launcher starts it again, by the compose file's rule. */
async function cut(service: string): Promise<void> {
  const pid = pidOf(service);
  if (pid === undefined) throw new Error(`${service} does not run`);
  process.kill(pid, 'SIGKILL');
  await until(`${service} runs again`, () => {
    const now = pidOf(service);
    return now !== undefined && now !== pid;
  });
}

async function intentIds(topic: 'order_intents' | 'exec_reports'): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const record of bus.tail(topic, { from: 'beginning' })) {
    if (record.kind === 'unreadable') throw record.fault;
    ids.add(record.delivery.value.intent_id);
  }
  return ids;
}

async function deadLetters(): Promise<number> {
  const queues = (Object.keys(TOPICS) as TopicName[]).filter(isDeadLetterQueue);
  const depths = await Promise.all(queues.map((queue) => bus.deadLetters.depth(queue)));
  return depths.reduce((sum, depth) => sum + depth, 0);
}

beforeAll(async () => {
  ports = await freePortVariables();
  const started = await launcher('start.mjs', '--detach');
  const running = readRunning(folder.path);
  if (running === undefined)
    throw new Error(`it does not run:\n${started.stdout}${started.stderr}`);
  environment = { ...ports, ...running.environment };
  bus = connectBus(loadConfig(commandLineSchema, environment));
});

afterAll(async () => {
  await bus.close();
  await launcher('stop.mjs');
  folder.remove();
});

describe.each(['registry', 'postgres', 'kafka'])('The mesh without its %s', (service) => {
  it(`goes on after the ${service} is back: an order is filled, every intent is answered, no letter is dead`, async () => {
    await cut(service);
    await until('every part is up', isHealthy, PATIENCE);
    const smoke = await until(
      'market data leads to a report',
      async () => {
        const { code, stdout } = await meshCommand(
          ['smoke', '--json', '--timeout', '20'],
          environment,
        );
        return code === 0 && (JSON.parse(stdout) as { status: string });
      },
      PATIENCE,
    );
    expect(['SUBMITTED', 'ACKNOWLEDGED', 'FILLED']).toContain(smoke.status);
    const wanted = await intentIds('order_intents');
    await until('every intent is answered', async () => {
      const answered = await intentIds('exec_reports');
      return [...wanted].every((id) => answered.has(id));
    });
    expect(await deadLetters()).toBe(0);
  });
});
