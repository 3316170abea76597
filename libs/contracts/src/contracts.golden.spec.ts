import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import type { MarketEventType, RecordName } from './gen/types.ts';
import { fromJson } from './json/from-json.ts';
import type { Violation } from './rules/rule.ts';

interface Case {
  readonly id: string;
  readonly type: string;
  readonly message: Record<string, unknown>;
  readonly expect: 'accept' | 'reject';
  readonly rule: string | null;
}

const path = resolve(import.meta.dirname, '../../../tests/data/golden/contracts.json');
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
const RECORDS: Readonly<Record<string, RecordName>> = {
  ofi_event: 'OfiEvent',
  order_intent: 'OrderIntent',
  execution_report: 'ExecutionReport',
};

function violationsOf({ type, message }: Case): readonly Violation[] {
  const float = (value: unknown): unknown => {
    const tag = (value as { $float?: string } | null)?.$float;
    return tag === undefined ? value : Number(tag.replace('inf', 'Infinity'));
  };
  const untagged = Object.fromEntries(Object.entries(message).map(([k, v]) => [k, float(v)]));
  const reading = { exchangeOf: () => 'GOLDEN' };
  const record = RECORDS[type];
  try {
    if (record !== undefined) fromJson(record, untagged, reading);
    else fromJson('MarketEvent', untagged, { ...reading, eventType: type as MarketEventType });
    return [];
  } catch (error) {
    if (!isFault(error)) throw error;
    return error.details['violations'] as readonly Violation[];
  }
}

describe('golden messages', () => {
  it.each(cases.filter((one) => one.expect === 'accept'))('$id is accepted', (one) => {
    expect(violationsOf(one)).toEqual([]);
  });

  it.each(cases.filter((one) => one.expect === 'reject'))('$id is refused', (one) => {
    expect(violationsOf(one)).not.toEqual([]);
  });

  /** Hints of the form `rule:field` say which field is to blame. */
  const hinted = cases.filter((one) =>
    /^(required|positive|min|max|type|pattern|enum|const|format|minLength|maxLength):\w+$/.test(
      one.rule ?? '',
    ),
  );

  it.each(
    hinted.filter(
      (one) => one.expect === 'reject' && one.rule !== 'min:latency' && one.rule !== 'type:latency',
    ),
  )('$id is refused by its field ($rule)', (one) => {
    const field = one.rule?.split(':')[1];
    const found = violationsOf(one).map((violation) => violation.field.split('.').at(-1));
    const path = violationsOf(one).map((violation) => violation.field.split('.')[0]);
    expect([...found, ...path]).toContain(field);
  });
});
