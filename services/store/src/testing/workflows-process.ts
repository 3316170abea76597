/** The engine of the store's workflows and its dispatcher, as a process that a test may kill. */
import { loadConfig, storeSchema } from '@tickmesh/config';
import { defineWorkflow } from '@tickmesh/workflow';
import type { TransitionStarted } from '../app/workflow-outbox.ts';
import { openStore } from '../store-parts.ts';
import { openStreams } from '../store-streams.ts';
import { openWorkflows } from '../store-workflows.ts';
import { SETTLING } from './settling.ts';

const config = loadConfig(storeSchema);
const failed = (doing: string, fault: Error): void => {
  process.stderr.write(`${doing}: ${fault.message}\n`);
};
const outer = { clock: { nowMicros: () => Math.round(Date.now() * 1_000) }, probe: { failed } };
const store = await openStore(config, { entities: SETTLING, ...outer });
const streams = openStreams(config, store, outer);
const settle = defineWorkflow('settle', async (flow, started: TransitionStarted) => {
  await flow.step('settle', async ({ key }) => {
    const { entityId, version, requestedBy } = started;
    await store.database.query(
      `insert into public.settled values ($1, $2, $3, $4) on conflict do nothing`,
      [key, entityId, version, requestedBy],
    );
  });
});
const workflows = await openWorkflows(config, store, {
  workflows: [settle],
  looks: streams.looks,
  probe: { failed },
});
await streams.start();
await workflows.start();
process.stdout.write('ready\n');
