/** The engine of the store's workflows, and the dispatcher that starts them from the outbox. */
import type { ConfigOf, storeSchema } from '@tickmesh/config';
import {
  type AnyWorkflow,
  DbosWorkflowEngine,
  type WorkflowEngine,
  prepareWorkflowTables,
  startFromOutbox,
} from '@tickmesh/workflow';
import { Follower } from './app/follower.ts';
import type { Hints } from './app/hints.ts';
import { DatabaseOutbox } from './app/workflow-outbox.ts';
import { crashAt } from './edge/crash.ts';
import type { OpenStore, StoreProbe } from './store-parts.ts';

export type WorkflowsConfig = Pick<ConfigOf<typeof storeSchema>, 'database' | 'store'>;

export interface OpenWorkflows {
  readonly engine: WorkflowEngine;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ROWS_MAX = 100;
const CONNECTIONS_MAX = 5;

/**
 * Makes the tables where it may; nothing runs before `start`.
 * @param workflows everything that a transition may start
 * @throws Fault DATABASE_UNREACHABLE, DATABASE_REFUSED
 */
export async function openWorkflows(
  config: WorkflowsConfig,
  store: Pick<OpenStore, 'database'>,
  outer: {
    readonly workflows: readonly AnyWorkflow[];
    readonly looks: Hints;
    readonly probe?: StoreProbe;
  },
): Promise<OpenWorkflows> {
  const { workflows, looks, probe = {} } = outer;
  const { migrationUrl, workflowVersion, workflowExecutor } = config.store;
  const { url } = config.database;
  if (migrationUrl !== undefined) {
    const role = decodeURIComponent(new URL(url).username);
    await prepareWorkflowTables({ ownerUrl: migrationUrl, role });
  }
  const noted = probe.workflowNoted?.bind(probe);
  const engine = new DbosWorkflowEngine({
    ...{ url, workflows },
    applicationName: 'store',
    applicationVersion: workflowVersion,
    executorId: workflowExecutor,
    queues: [],
    connectionsMax: CONNECTIONS_MAX,
    ...(noted === undefined ? {} : { probe: { noted } }),
  });
  const crash = crashAt(config.store.crashAt);
  const outbox = new DatabaseOutbox(store.database);
  const dispatcher = new Follower({
    hints: looks,
    failed: (fault) => probe.failed?.('workflows', fault),
    step: async () => {
      const dealtWith = await startFromOutbox({
        engine,
        rowsMax: ROWS_MAX,
        outbox: {
          pending: (most) => outbox.pending(most),
          markStarted: (id) => {
            crash('outbox.after_start');
            return outbox.markStarted(id);
          },
          markRefused: (id, reason) => outbox.markRefused(id, reason),
        },
        onRefused: ({ workflowName, workflowId }, fault) =>
          probe.workflowRefused?.(workflowName, workflowId, fault),
      });
      return dealtWith === ROWS_MAX;
    },
  });
  return {
    engine,
    start: async () => {
      await engine.launch();
      dispatcher.start();
    },
    stop: async () => {
      await dispatcher.stop();
      await engine.close();
    },
  };
}
