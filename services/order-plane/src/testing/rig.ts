/** A mesh for one spec: a database, topics and groups of its own on the shared, real parts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bus, type Mode, connectBus } from '@tickmesh/bus';
import { loadConfig, orderPlaneSchema } from '@tickmesh/config';
import type { ExecutionReport, OrderIntent, Tick } from '@tickmesh/contracts';
import { type Database, openDatabase } from '@tickmesh/database';
import { type Clock, derivedUuid, parseDecimal } from '@tickmesh/kernel';
import type { Broker, OrderProbe } from '../app/ports.ts';
import {
  type OpenOrderPlane,
  type OrderPlaneConfig,
  openOrderPlane,
} from '../order-plane-parts.ts';

const TOPICS = ['order_intents', 'market_events', 'exec_reports', 'dlq_order_intents'] as const;
const PROCESS = fileURLToPath(new URL('./order-plane-process.ts', import.meta.url));

export const systemMicros: Clock = { nowMicros: () => Math.round(Date.now() * 1_000) };

export interface Rig {
  readonly bus: Bus;
  /** The order plane's own database, for a look behind the curtain. */
  readonly database: Database;
  readonly config: OrderPlaneConfig;
  readonly groupId: string;
  /** What other processes of this mesh are told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every report published so far, in order, repetitions included. */
  readonly reports: readonly ExecutionReport[];
  /** Sends a quote of SIM|AAPL, one size at each side, and waits until it was applied. */
  quote(tick?: Partial<Tick>): Promise<void>;
  intent(intent: Partial<OrderIntent> & { readonly name: string }): Promise<string>;
  /** The first report of an intent with that status. */
  reported(intentId: string, status: ExecutionReport['status']): Promise<ExecutionReport>;
  statuses(intentId: string): string[];
  /** An order plane in this process. */
  open(more?: {
    wrapBroker?: (broker: Broker) => Broker;
    probe?: OrderProbe;
  }): Promise<OpenOrderPlane>;
  /** An order plane in a process of its own. */
  spawn(environment?: Readonly<Record<string, string>>): Promise<ChildProcess>;
  close(): Promise<void>;
}

/**
 * Short times, so that a lost answer is missed soon. What the broker has is asked seldom: it answers with everything at
 * once, ahead of what it is about to say, and who tells of an order's steps one by one would now and then miss some.
 */
const TIMES = {
  ORDERS_LEASE_MS: '1500',
  ORDERS_ANSWER_TIMEOUT_MS: '400',
  ORDERS_ASK_INTERVAL_MS: '150',
  ORDERS_RECONCILE_INTERVAL_MS: '60000',
  ORDERS_POLL_INTERVAL_MS: '30',
};

/** @param more variables of every order plane of the rig */
export async function openRig(
  limitsFile: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Rig> {
  const name = `orders_${randomUUID().slice(0, 8)}`;
  const postgresUrl = required('TICKMESH_TEST_POSTGRES_URL');
  const admin = openDatabase(postgresUrl, { applicationName: name, connectionsMax: 1 });
  await admin.query(`create database ${name}`);
  const environment = { ...environmentOf(name, postgresUrl, limitsFile), ...more };
  const config = loadConfig(orderPlaneSchema, environment);
  const bus = connectBus({ ...config, topicPrefix: `${name}.` });
  // Brokers learn of a new topic one after the other, and refuse what they do not know yet.
  await until('the topics are made', () =>
    bus.topics.create(TOPICS).then(
      () => true,
      () => false,
    ),
  );
  await bus.registerSchemas();
  // A topic that was just made may have no leader yet.
  await until('the topics have leaders', () =>
    Promise.all(TOPICS.map((topic) => bus.endOffsets(topic))).then(
      () => true,
      () => false,
    ),
  );
  const database = openDatabase(config.database.url, { applicationName: `${name}-look` });
  const reports: ExecutionReport[] = [];
  const stopped = new AbortController();
  const tailing = collectReports(bus, reports, stopped.signal);
  await tailing.opened;
  const planes: OpenOrderPlane[] = [];
  const children: ChildProcess[] = [];
  const rig: Rig = {
    bus,
    database,
    config,
    groupId: name,
    environment: { ...environment, TICKMESH_TOPIC_PREFIX: `${name}.` },
    reports,
    quote: async (tick) => {
      await publishQuote(bus, tick ?? {});
      await until('the quote was applied', () => isApplied(bus, name));
    },
    intent: (intent) => publishIntent(bus, intent),
    reported: (intentId, status) => waitForReport(reports, intentId, status),
    statuses: (intentId) =>
      reports.filter((report) => report.intent_id === intentId).map(({ status }) => status),
    open: async (more = {}) => {
      const plane = await openOrderPlane(config, {
        bus,
        clock: systemMicros,
        probe: more.probe ?? {},
        groupId: name,
        ...(more.wrapBroker === undefined ? {} : { wrapBroker: more.wrapBroker }),
      });
      planes.push(plane);
      await plane.plane.start();
      await plane.consumer.start();
      await until('the plane owns its account', () =>
        plane.plane.desks.every((desk) => desk.isOwner),
      );
      return plane;
    },
    spawn: async (more = {}) => {
      const child = spawnPlane({
        ...environment,
        ...more,
        TEST_TOPIC_PREFIX: `${name}.`,
        TEST_GROUP: name,
      });
      children.push(child);
      await started(child);
      return child;
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      for (const plane of planes) {
        await plane.consumer.stop();
        await plane.plane.stop();
        await plane.database.close();
      }
      stopped.abort();
      await tailing.ended;
      await bus.close();
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
  return rig;
}

/** Waits for what must become so; the time only bounds a failure. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_500; i++) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error(`not so within 30 s: ${what}`);
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run npm test`);
  return value;
}

function environmentOf(
  name: string,
  postgresUrl: string,
  limitsFile: string,
): Record<string, string> {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    KAFKA_BROKERS: required('TICKMESH_TEST_KAFKA'),
    SCHEMA_REGISTRY_URL: `${required('TICKMESH_TEST_REGISTRY')}/apis/ccompat/v7`,
    DATABASE_URL: url.href,
    LIMITS_FILE: limitsFile,
    KAFKA_SESSION_TIMEOUT_MS: '3000',
    KAFKA_HEARTBEAT_INTERVAL_MS: '500',
    NODE_ENV: 'test',
    ...TIMES,
  };
}

function collectReports(
  bus: Bus,
  reports: ExecutionReport[],
  signal: AbortSignal,
): { readonly opened: Promise<void>; readonly ended: Promise<void> } {
  let onOpen: () => void = () => undefined;
  const opened = new Promise<void>((done) => (onOpen = done));
  const ended = (async () => {
    const options = { from: 'beginning', follow: true, signal, onOpen } as const;
    for await (const found of bus.tail('exec_reports', options)) {
      if (found.kind === 'unreadable') throw found.fault;
      reports.push(found.delivery.value);
    }
  })();
  return { opened: Promise.race([opened, ended]), ended };
}

/** Whether the group has committed all market events there are. */
async function isApplied(bus: Bus, groupId: string): Promise<boolean> {
  const lags = await bus.groupLag(groupId);
  const behind = lags.filter((lag) => lag.topic === 'market_events' && lag.lagRecords > 0n);
  return lags.some((lag) => lag.topic === 'market_events') && behind.length === 0;
}

async function publishQuote(bus: Bus, tick: Partial<Tick>): Promise<void> {
  const nowMicros = systemMicros.nowMicros();
  await bus.publisher.publish({
    topic: 'market_events',
    value: {
      event_type: 'tick_event',
      symbol: 'AAPL',
      exchange: 'SIM',
      timestamp: nowMicros,
      received_at: nowMicros,
      tick: {
        bid: 99.99,
        ask: 100.01,
        bid_size: 500,
        ask_size: 500,
        last: null,
        last_size: null,
        level2: null,
        ...tick,
      },
      bar: null,
      book_status: null,
      data_quality: null,
      metadata: null,
    },
    headers: headersOf(`quote#${nowMicros}`),
  });
}

async function publishIntent(
  bus: Bus,
  { name, ...more }: Partial<OrderIntent> & { readonly name: string },
): Promise<string> {
  const intentId = more.intent_id ?? derivedUuid(name, randomUUID());
  await bus.publisher.publish({
    topic: 'order_intents',
    value: {
      event_type: 'order_intent',
      intent_id: intentId,
      symbol: 'AAPL',
      exchange: 'SIM',
      action: 'NEW',
      direction: 'BUY',
      quantity: parseDecimal('10'),
      order_type: 'MARKET',
      timestamp: systemMicros.nowMicros(),
      strategy_id: 'TEST',
      account: null,
      target_intent_id: null,
      limit_price: null,
      stop_price: null,
      time_in_force: 'GTC',
      urgency: 'NORMAL',
      deadline: null,
      causation_id: null,
      reason: null,
      target_weight: null,
      current_weight: null,
      signal_strength: null,
      risk_checks: null,
      execution_params: null,
      metadata: null,
      ...more,
    },
    headers: headersOf(name),
  });
  return intentId;
}

function headersOf(eventId: string): { event_id: string; run_id: string; mode: Mode } {
  return { event_id: `test/${eventId}`, run_id: 'test', mode: 'paper' };
}

async function waitForReport(
  reports: readonly ExecutionReport[],
  intentId: string,
  status: ExecutionReport['status'],
): Promise<ExecutionReport> {
  const find = (): ExecutionReport | undefined =>
    reports.find((report) => report.intent_id === intentId && report.status === status);
  const told = (): string =>
    reports
      .filter((report) => report.intent_id === intentId)
      .map((report) => `${report.status} ${report.reject_reason ?? ''}`)
      .join(', ');
  await until(`a report ${status}`, () => find() !== undefined).catch((thrown: unknown) => {
    throw new Error(`no report ${status}; told: ${told()}`, { cause: thrown });
  });
  return find() as ExecutionReport;
}

function spawnPlane(environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['--conditions=@tickmesh/source', '--no-warnings', PROCESS], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves when it says `word`, or has ended before it could. */
export async function started(child: ChildProcess, word = 'ready'): Promise<void> {
  const ready = new Promise<void>((done) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes(word)) done();
    });
  });
  await Promise.race([ready, once(child, 'exit')]);
}
