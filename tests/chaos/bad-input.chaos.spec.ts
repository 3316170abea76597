/**
 * Bad records to every running service: each is in its dead-letter queue with its bytes and reason, the good ones
 * around it are applied, and a letter that is sent back is applied once, or comes back.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DeadLetter, type OutgoingMessage, queueOf } from '@tickmesh/bus';
import { type RecordName, type TopicName, codecOf } from '@tickmesh/contracts';
import { jsonLines } from '../e2e/support/run-process.ts';
import { flow, intent, rawQuote, tick } from '../e2e/support/messages.ts';
import { type BytesProducer, openBytesProducer } from '../e2e/support/put-bytes.ts';
import type { ServiceProcess } from '../e2e/support/service-process.ts';
import { type TestMesh, drained, openTestMesh, sharedParts } from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';

const STRATEGIES = `
version: 1
strategies:
  - id: STEADY
    kind: ofi_crossover
    account: PAPER-1
    markets:
      - { symbol: AAPL, exchange: SIM }
    parameters:
      window: 1s
      threshold: 1
      notional: 1000
      position_notional_max: 1000000000
      cooldown_ms: 0
      warm_up_windows: 1
`;
const FRAME_BYTES = 5;
const UNKNOWN_SCHEMA_ID = 1_999_999_999;
const HUGE_BYTES = 2_000_000;

let mesh: TestMesh;
let bytes: BytesProducer;
let services: readonly ServiceProcess[];

beforeAll(async () => {
  mesh = await openTestMesh('bad_input');
  bytes = await openBytesProducer(sharedParts().kafka);
  const strategies = join(mesh.folder, 'strategies.yaml');
  writeFileSync(strategies, STRATEGIES);
  services = await Promise.all(
    (['data-plane/main', 'strategy-plane/main', 'order-plane/main'] as const).map(async (script) =>
      (await mesh.start(script, { STRATEGIES_FILE: strategies })).ready(),
    ),
  );
  await services[1]?.logged('strategy.started');
});

afterAll(async () => {
  await (bytes as BytesProducer | undefined)?.close();
  await (mesh as TestMesh | undefined)?.close();
});

interface Bad {
  readonly name: string;
  readonly value: Buffer | null;
  readonly error: string;
}

/** What can be wrong with any record, made of a good one on the broker and of one that breaks a rule. */
function badRecords(good: Buffer, rule: Buffer, text: string): Bad[] {
  const id = good.subarray(0, FRAME_BYTES);
  const unknown = Buffer.from(good);
  unknown.writeUInt32BE(UNKNOWN_SCHEMA_ID, 1);
  const magic = Buffer.from(good);
  magic[0] = 1;
  const notUtf8 = Buffer.from(good);
  notUtf8[notUtf8.indexOf(text)] = 0xff;
  const noise = Buffer.concat([id, Buffer.alloc(HUGE_BYTES, 0x7f)]);
  return [
    { name: 'a cut frame', value: good.subarray(0, FRAME_BYTES + 4), error: 'MSG_UNREADABLE' },
    { name: 'a wrong magic byte', value: magic, error: 'MSG_NOT_FRAMED' },
    { name: 'an unknown schema id', value: unknown, error: 'MSG_SCHEMA_UNKNOWN' },
    { name: 'a broken rule', value: Buffer.concat([id, rule]), error: 'MSG_RULE_BROKEN' },
    { name: 'no bytes', value: Buffer.alloc(0), error: 'MSG_NOT_FRAMED' },
    { name: 'a tombstone', value: null, error: 'MSG_NOT_FRAMED' },
    { name: '2 MB of noise', value: noise, error: 'MSG_UNREADABLE' },
    { name: 'text that is not UTF-8', value: notUtf8, error: 'MSG_UNREADABLE' },
  ];
}

interface Sent extends Bad {
  readonly offset: bigint;
}

/** Puts each bad record between two good ones; answers with where the bad ones lie. */
async function interleave<T extends TopicName>(
  topic: T,
  record: RecordName,
  options: {
    readonly good: (number: number) => OutgoingMessage<T>;
    readonly broken: OutgoingMessage<T>;
    readonly more?: (id: Buffer) => readonly Bad[];
  },
): Promise<readonly Sent[]> {
  const { partition, offset } = await mesh.bus.publisher.publish(options.good(0));
  const stored = (await mesh.records(topic)).find(
    (one) => one.partition === partition && one.offset === offset,
  );
  const good = stored?.value ?? Buffer.alloc(0);
  const rule = Buffer.from(codecOf(record).encode(options.broken.value as never));
  const all = badRecords(good, rule, 'AAPL').concat(
    options.more?.(good.subarray(0, FRAME_BYTES)) ?? [],
  );
  const sent: Sent[] = [];
  for (const [index, bad] of all.entries()) {
    const at = await bytes.put({
      topic: `${mesh.prefix}${topic}`,
      partition,
      key: 'SIM|AAPL',
      value: bad.value,
      headers: { event_id: `bad/${topic}/${String(index)}`, run_id: 'test', mode: 'paper' },
    });
    sent.push({ ...bad, offset: at });
    await mesh.bus.publisher.publish(options.good(index + 1));
  }
  return sent;
}

/** Letters of one topic that one group wrote, by the offset of the record that each holds. */
async function letters(topic: TopicName, group: string): Promise<DeadLetter[]> {
  const found = await mesh.bus.deadLetters.list({ queue: queueOf(topic) });
  return found
    .filter(({ facts }) => facts.source_topic === `${mesh.prefix}${topic}`)
    .filter(({ facts }) => facts.consumer_group === `${mesh.prefix}${group}`)
    .toSorted((a, b) => Number(a.facts.source_offset) - Number(b.facts.source_offset));
}

async function expectBuried(topic: TopicName, group: string, sent: readonly Sent[]): Promise<void> {
  await drained(mesh, group, topic);
  const found = await letters(topic, group);
  expect(found.map(({ facts }) => [BigInt(facts.source_offset), facts.error_type])).toEqual(
    sent.map(({ offset, error }) => [offset, error]),
  );
  for (const [index, letter] of found.entries()) {
    const { name, value } = sent[index] ?? { name: '', value: null };
    const isUntouched =
      value === null ? letter.value === null : letter.value?.equals(value) === true;
    expect([name, isUntouched]).toEqual([name, true]);
    expect(letter.facts.error_message).not.toBe('');
    expect(letter.headers['event_id']?.toString()).toMatch(/^bad\//);
  }
  expect(services.map((service) => service.isRunning)).toEqual(services.map(() => true));
}

describe('Bad records', () => {
  it('on market_raw are dead letters of the data plane, and every good frame gives its tick', async () => {
    const bids: number[] = [];
    const sent = await interleave('market_raw', 'RawFrame', {
      good: (number) => {
        bids.push(100 + number);
        return rawQuote(number, 100 + number);
      },
      broken: rawQuote(900, 1, { symbol: 'not a symbol!' }),
      more: (id) => [
        {
          name: 'a frame of an unknown symbol',
          value: framed(id, rawQuote(901, 1, { symbol: 'NOSUCH' })),
          error: 'INSTRUMENT_UNKNOWN',
        },
        {
          name: 'an unreadable frame of the venue',
          value: framed(id, rawQuote(902, 1, { payload: Buffer.from('{"type":"quo') })),
          error: 'FRAME_UNREADABLE',
        },
      ],
    });
    await expectBuried('market_raw', 'data-plane', sent);
    const ticks = (await mesh.messages('market_events')).flatMap(({ value: { tick: found } }) =>
      found?.bid === undefined ? [] : [found.bid],
    );
    expect(ticks).toEqual(bids);
  });

  it('on market_events are dead letters of each group that reads them', async () => {
    const sent = await interleave('market_events', 'MarketEvent', {
      good: (number) => tick(number, 200),
      broken: { ...tick(900, 200), value: { ...tick(900, 200).value, tick: null } },
    });
    await expectBuried('market_events', 'strategy-STEADY', sent);
    await expectBuried('market_events', 'order-plane', sent);
  });

  it('on ofi_events are dead letters of the strategy, which decides on every good one', async () => {
    const causes: string[] = [];
    const sent = await interleave('ofi_events', 'OfiEvent', {
      good: (number) => {
        const message = flow(number, (number % 2 === 0 ? -1 : 1) * 5);
        // The first window may only warm the strategy up; each later one crosses its average.
        if (number > 0) causes.push(message.headers.event_id);
        return message;
      },
      broken: flow(900, 5, { ofi_std: -1 }),
    });
    await expectBuried('ofi_events', 'strategy-STEADY', sent);
    await until('an intent for each good window', async () => {
      const intents = await mesh.messages('order_intents');
      return causes.every((id) => intents.some(({ headers }) => headers.causation_id === id));
    });
  });

  it('on order_intents are dead letters of the order plane, which answers every good one', async () => {
    await mesh.bus.publisher.publish(tick(1_000, 200));
    const names: string[] = [];
    const sent = await interleave('order_intents', 'OrderIntent', {
      good: (number) => {
        names.push(`good-${String(number)}`);
        return intent(`good-${String(number)}`);
      },
      broken: intent('broken', { order_type: 'LIMIT' }),
    });
    await expectBuried('order_intents', 'order-plane', sent);
    const asked = names.map((name) => intent(name).value.intent_id);
    await until('each good intent has its last report', async () => {
      const done = new Set(
        (await mesh.messages('exec_reports'))
          .filter(({ value }) => ['FILLED', 'REJECTED'].includes(value.status))
          .map(({ value }) => value.intent_id),
      );
      return asked.every((id) => done.has(id));
    });
  });
});

describe('A dead letter', () => {
  const replay = (...more: string[]) => mesh.mesh(['dlq', 'replay', ...more, '--json']);

  it('is listed and shown whole on the command line', async () => {
    const listed = await mesh.mesh(['dlq', 'list', '--topic', 'market_raw', '--json']);
    expect(jsonLines(listed.stdout).map(({ error_type }) => error_type)).toEqual(
      (await letters('market_raw', 'data-plane')).map(({ facts }) => facts.error_type),
    );
    const shown = await mesh.mesh(['dlq', 'show', '--topic', 'market_raw', '--max', '1', '--json']);
    expect(jsonLines(shown.stdout)).toMatchObject([
      {
        queue: 'dlq_market_raw',
        status: 'new',
        error_type: 'FRAME_UNREADABLE',
        consumer_group: `${mesh.prefix}data-plane`,
        key: 'SIM|AAPL',
        headers: { run_id: 'test', mode: 'paper' },
        value_base64: expect.any(String),
      },
    ]);
  });

  it('that is sent back as bad as it was comes back, to the group that failed alone', async () => {
    const topic = ['--topic', 'market_events', '--error', 'MSG_RULE_BROKEN'];
    const before = await Promise.all(
      ['strategy-STEADY', 'order-plane'].map(
        async (group) => (await letters('market_events', group)).length,
      ),
    );
    const first = await replay(...topic, '--max', '1');
    expect([first.code, jsonLines(first.stdout).length]).toEqual([0, 1]);
    const [{ consumer_group: group = '' } = {}] = jsonLines(first.stdout) as {
      consumer_group?: string;
    }[];
    const name = group.slice(mesh.prefix.length);
    for (const each of ['strategy-STEADY', 'order-plane'])
      await drained(mesh, each, 'market_events');
    const after = await Promise.all(
      ['strategy-STEADY', 'order-plane'].map(
        async (one) => (await letters('market_events', one)).length,
      ),
    );
    const grown = ['strategy-STEADY', 'order-plane'].map(
      (one, index) => (after[index] ?? 0) - (before[index] ?? 0),
    );
    expect(grown).toEqual(['strategy-STEADY', 'order-plane'].map((one) => (one === name ? 1 : 0)));
    const [letter] = (await letters('market_events', name)).filter(
      ({ headers }) => headers['replayed_from'] !== undefined,
    );
    expect(letter?.facts.error_type).toBe('MSG_RULE_BROKEN');
    expect(letter?.headers['replay_count']?.toString()).toBe('1');
  });

  it('that was sent back is refused a second time', async () => {
    const topic = ['--topic', 'ofi_events', '--error', 'MSG_RULE_BROKEN'];
    const first = await replay(...topic);
    expect([first.code, jsonLines(first.stdout)]).toMatchObject([0, [{ outcome: 'replayed' }]]);
    await drained(mesh, 'strategy-STEADY', 'ofi_events');
    const again = await replay(...topic);
    // Refused is the letter of before; the one that came back is new, and goes.
    expect(again.code).toBe(1);
    expect(jsonLines(again.stdout).map(({ outcome }) => outcome)).toEqual(['replayed', 'refused']);
  });

  it('that is good by now is applied once, however often it is sent back', async () => {
    const message = intent('buried alive');
    await mesh.bus.publisher.publish(tick(1_001, 200));
    const { partition } = await mesh.bus.publisher.publish(intent('before'));
    const id = (await mesh.records('order_intents'))[0]?.value?.subarray(0, FRAME_BYTES);
    const dead = {
      ...{ source_topic: `${mesh.prefix}order_intents`, source_partition: String(partition) },
      ...{ source_offset: '0', error_type: 'MSG_NO_HANDLER', error_message: 'as it was then' },
      ...{ attempts: '1', consumer_group: `${mesh.prefix}order-plane` },
      ...{ first_failed_at: '2026-01-05T14:30:00Z', last_failed_at: '2026-01-05T14:30:00Z' },
    };
    await bytes.put({
      topic: `${mesh.prefix}dlq_order_intents`,
      partition: 0,
      key: 'SIM|AAPL',
      value: framed(id ?? Buffer.alloc(0), message),
      headers: { ...message.headers, ...dead },
    });
    const wanted = ['--topic', 'order_intents', '--error', 'MSG_NO_HANDLER'];
    expect((await replay(...wanted)).code).toBe(0);
    const reports = async () =>
      (await mesh.messages('exec_reports'))
        .filter(({ value }) => value.intent_id === message.value.intent_id)
        .map(({ value }) => value.status);
    await until('it is filled', async () => (await reports()).includes('FILLED'));
    const statuses = await reports();
    expect((await replay(...wanted, '--force')).code).toBe(0);
    await mesh.bus.publisher.publish(tick(1_002, 200));
    await mesh.bus.publisher.publish(intent('after'));
    const after = intent('after').value.intent_id;
    await until('what came later is filled', async () =>
      (await mesh.messages('exec_reports')).some(
        ({ value }) => value.intent_id === after && value.status === 'FILLED',
      ),
    );
    expect(await reports()).toEqual(statuses);
  });
});

function framed(
  id: Buffer,
  { value, topic }: OutgoingMessage<'market_raw' | 'order_intents'>,
): Buffer {
  const codec = codecOf(topic === 'market_raw' ? 'RawFrame' : 'OrderIntent');
  return Buffer.concat([id, Buffer.from(codec.encode(value as never))]);
}
