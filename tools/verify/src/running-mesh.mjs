/** One mesh on free ports for all judges that look at a running one, started with the first of them. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  MESH_DIR,
  freePortVariables,
  keepFolder,
  launchMesh,
  removeFolderAtDeath,
} from '@tickmesh/local';

const meshDir = join(MESH_DIR, `verify-mesh-${process.pid}`);
let starting;
const deaths = [];

/** That no part of the mesh died while it was looked at; nothing when none was started. */
export function verdictsOfParts() {
  if (starting === undefined) return [];
  return [
    {
      name: 'every part of the mesh stayed up',
      ok: deaths.length === 0,
      detail: deaths.join('\n'),
    },
  ];
}

/** Fast enough that every topic holds records soon, slow enough for two processors. */
const FEED_SPEED = '20';

/** `{ services, environment }` of a mesh that is ready; the same one at every call. */
export function runningMesh(log) {
  starting ??= start(log);
  return starting;
}

export async function stopMesh() {
  const mesh = await starting?.catch(() => undefined);
  await mesh?.stop();
  rmSync(meshDir, { recursive: true, force: true, maxRetries: 5 });
  keepFolder(meshDir);
}

async function start(log) {
  log('starting a mesh on free ports ...');
  mkdirSync(meshDir, { recursive: true });
  removeFolderAtDeath(meshDir);
  const mesh = await launchMesh({
    meshDir,
    variables: { ...(await freePortVariables()), FEED_SPEED },
    fresh: false,
    onEvent: ({ kind, part, ...facts }) => {
      if (kind !== 'died' && kind !== 'failed') return;
      deaths.push(`${part} ${kind} ${JSON.stringify(facts)}`);
      log(deaths.at(-1));
    },
    progress: log,
  });
  try {
    await mesh.ready;
  } catch (error) {
    await mesh.stop();
    throw error;
  }
  return mesh;
}

/** Polls until `read` answers something, at most `timeoutMs`; undefined then. */
export async function eventually(read, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined || Date.now() > deadline) return value;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
