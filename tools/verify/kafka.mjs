/** Every topic that a running mesh fills, read by librdkafka and decoded by the registry with Confluent's client. */
import { join } from 'node:path';
import { TOPICS } from '@tickmesh/contracts';
import { eventually, runningMesh } from './src/running-mesh.mjs';
import { pythonWithKafka, run } from './src/tools.mjs';

const TIMEOUT_MS = 90_000;

export async function verify(root, log) {
  const python = await pythonWithKafka(root, log);
  const { environment, services } = await runningMesh(log);
  const topics = filledTopics(services);
  const reader = join(root, 'tools', 'verify', 'src', 'read_topics.py');
  const read = async () => {
    const { code, stdout, stderr } = await run(python, [reader, ...topics], {
      env: { ...process.env, ...environment },
    });
    if (code !== 0) throw new Error(stderr.trim());
    return JSON.parse(stdout);
  };
  let last = {};
  await eventually(async () => {
    last = await read();
    const waiting = topics.filter((topic) => last[topic].decoded === 0 && !last[topic].error);
    return waiting.length === 0 ? true : undefined;
  }, TIMEOUT_MS);
  return topics.map((topic) => {
    const { decoded, schemas, error } = last[topic];
    const detail =
      error ?? (decoded > 0 ? `${decoded} records of ${schemas.join(', ')}` : 'no record came');
    return { name: `topic ${topic}`, ok: !error && decoded > 0, detail };
  });
}

/** Avro topics whose producer is among the services that run; the setup publishes the instruments. */
function filledTopics(services) {
  const running = new Set(services.map(({ name }) => name));
  return Object.entries(TOPICS)
    .filter(([, topic]) => topic.schema !== 'json' && topic.schema !== 'any')
    .filter(
      ([name, { producers }]) =>
        name === 'instruments' || producers.some((producer) => running.has(producer)),
    )
    .map(([name]) => name);
}
