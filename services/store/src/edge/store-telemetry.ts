/** Turns what the store tells into log lines. */
import type { Logger } from '@tickmesh/telemetry';
import type { StoreProbe } from '../store-parts.ts';

export function storeTelemetry(logger: Logger): StoreProbe {
  return {
    migrationApplied: (number) => {
      logger.info('migration.applied', { schema: 'store', number });
    },
    partMade: (part) => {
      logger.info('store.part_made', { part });
    },
    hookFailed: (hook, { entityId, from, to }, fault) => {
      logger.fault('store.hook_failed', fault, { hook, entity_id: entityId, from, to });
    },
    listenerFailed: ({ entityId, entityType, version }, fault) => {
      const change = { entity_id: entityId, entity_type: entityType, version };
      logger.fault('store.listener_failed', fault, change);
    },
    workflowRefused: (workflow, workflowId, fault) => {
      logger.fault('store.workflow_refused', fault, { workflow, workflow_id: workflowId });
    },
    workflowNoted: (level, text) => {
      logger[level]('store.workflow_engine', { text });
    },
    relayChanged: (change, epoch) => {
      logger.info('store.relay_changed', { change, epoch });
    },
    failed: (doing, fault) => {
      logger.fault('store.step_failed', fault, { step: doing });
    },
  };
}
