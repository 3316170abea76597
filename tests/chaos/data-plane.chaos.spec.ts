/** The data plane is killed in the middle of a recording: downstream nothing differs but the time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage } from '@tickmesh/bus';
import type { TopicName } from '@tickmesh/contracts';
import { rawFrames, recordedLines } from '../e2e/support/captures.ts';
import type { ServiceProcess } from '../e2e/support/service-process.ts';
import { type TestMesh, countOf, drained, openTestMesh } from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';
import { type SeenTopic, seenBy } from './same-messages.ts';

const TOPICS = ['ticks.v1.raw', 'orderbook.v1.raw', 'market_events', 'ofi_events'] as const;
const LINES = 9_000;
/** Small, so that a kill falls between chunks that were and chunks that were not published. */
const CHUNK_FRAMES = 100;

const meshes: TestMesh[] = [];

/** Two markets, so on two partitions, interleaved as they were received. */
function recording(): OutgoingMessage<'market_raw'>[] {
  const spot = { exchange: 'BINANCE', symbol: 'BTCUSDT', runId: 'crash-spot' };
  const perpetual = { exchange: 'BINANCE_USDM', symbol: 'BTCUSDT', runId: 'crash-usdm' };
  const first = rawFrames(spot, recordedLines(['spot-btcusdt-1.gz'], LINES));
  const second = rawFrames(perpetual, recordedLines(['usdm-btcusdt.gz'], LINES));
  return first.flatMap((frame, index) => [frame, second[index]].filter((one) => one !== undefined));
}

async function openMesh(name: string): Promise<TestMesh> {
  const mesh = await openTestMesh(name);
  meshes.push(mesh);
  return mesh;
}

async function publish(mesh: TestMesh, frames: readonly OutgoingMessage[]): Promise<void> {
  for (let from = 0; from < frames.length; from += CHUNK_FRAMES) {
    await mesh.bus.publisher.publishAll(frames.slice(from, from + CHUNK_FRAMES));
  }
}

async function seen(mesh: TestMesh): Promise<Record<string, SeenTopic>> {
  const topics = TOPICS.map(async (topic) => [topic, seenBy(await mesh.messages(topic))] as const);
  return Object.fromEntries(await Promise.all(topics));
}

/** Kills the plane behind a checkpoint of its own, in the middle of its work. */
async function killAtWork(mesh: TestMesh, plane: ServiceProcess): Promise<void> {
  const more = async (topic: TopicName, count: number): Promise<void> => {
    const before = await countOf(mesh.bus, topic);
    await until(`the plane publishes to ${topic}`, async () => {
      return (await countOf(mesh.bus, topic)) >= before + count;
    });
  };
  await more('data_checkpoints', 2);
  await more('market_events', 300);
  await plane.kill();
}

let uninterrupted: Record<string, SeenTopic>;

beforeAll(async () => {
  const mesh = await openMesh('whole');
  const plane = await (await mesh.start('data-plane/main')).ready();
  await publish(mesh, recording());
  await drained(mesh, 'data-plane', 'market_raw');
  expect((await plane.stop()).code).toBe(0);
  uninterrupted = await seen(mesh);
});

afterAll(async () => {
  await Promise.all(meshes.map((mesh) => mesh.close()));
});

describe('A data plane that is killed twice in the middle of a recording', () => {
  it('gives its consumers the same messages, byte for byte, as one that is left alone', async () => {
    const mesh = await openMesh('killed');
    const frames = recording();
    let plane = await (await mesh.start('data-plane/main')).ready();
    const publishing = publish(mesh, frames);
    await killAtWork(mesh, plane);
    plane = await mesh.start('data-plane/main');
    await killAtWork(mesh, plane);
    plane = await (await mesh.start('data-plane/main')).ready();
    await publishing;
    await drained(mesh, 'data-plane', 'market_raw');
    expect(plane.lines('checkpoint.restored').length).toBeGreaterThan(0);
    expect((await plane.stop()).code).toBe(0);
    const found = await seen(mesh);
    let repetitions = 0;
    for (const topic of TOPICS) {
      const [expected, actual] = [uninterrupted[topic], found[topic]];
      expect(expected?.messages.length).toBeGreaterThan(100);
      expect(actual?.messages.length).toBe(expected?.messages.length);
      const differences = actual?.messages.filter(
        (text, index) => text !== expected?.messages[index],
      );
      expect(differences?.slice(0, 2)).toEqual([]);
      expect(expected?.repetitions).toBe(0);
      repetitions += actual?.repetitions ?? 0;
    }
    // Else the kills met a plane that had nothing in hand, and the test proves nothing.
    expect(repetitions).toBeGreaterThan(0);
    expect((await mesh.mesh(['dlq', 'list', '--json'])).stdout).toBe('');
  });
});
