/** A workflow that moves an entity, in a process that dies between the commit and the record of its step. */
import { loadConfig, storeSchema } from '@tickmesh/config';
import { defineWorkflow } from '@tickmesh/workflow';
import { Hints } from '../app/hints.ts';
import { keyedTransitions } from '../app/keyed-transitions.ts';
import { openStore } from '../store-parts.ts';
import { openWorkflows } from '../store-workflows.ts';
import { SETTLING } from './settling.ts';

const config = loadConfig(storeSchema);
const { ENTITY_ID: entityId = '', DIES: dies } = process.env;
const clock = { nowMicros: () => Math.round(Date.now() * 1_000) };
const store = await openStore(config, { entities: SETTLING, clock });
const { database, catalogue } = store;
const caller = { name: 'alice', roles: ['trader'] };
const keyed = keyedTransitions({ database, catalogue, clock }, caller);
const dying = {
  transition: async (...of: Parameters<typeof keyed.transition>) => {
    const state = await keyed.transition(...of);
    if (dies !== undefined) process.kill(process.pid, 'SIGKILL');
    return state;
  },
};
const fill = defineWorkflow('fill', (flow, id: string) =>
  flow.transition(dying, { entityId: id, expectedVersion: 1, toState: 'FILLED' }),
);
const workflows = await openWorkflows(config, store, { workflows: [fill], looks: new Hints() });
await workflows.engine.launch();
const handle = await workflows.engine.workflow(fill, [entityId], { id: `fill-${entityId}` });
process.stdout.write(`${JSON.stringify(await handle.result())}\nready\n`);
