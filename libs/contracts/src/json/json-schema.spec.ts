import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseRfc3339 } from '@tickmesh/kernel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { RECORD_NAMES } from '../codec/codec.ts';
import type { RecordName } from '../gen/types.ts';
import { goldenRecord } from '../testing/golden-records.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { toJson } from './to-json.ts';

interface Case {
  readonly id: string;
  readonly type: string;
  readonly message: object;
  readonly expect: 'accept' | 'reject';
  readonly rule: string | null;
}

const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false });
ajv.addFormat('date-time', (text: string) => parseRfc3339(text) !== undefined);
const validators = new Map(RECORD_NAMES.map((name) => [name, ajv.compile(jsonSchemaOf(name))]));

function accepts(name: RecordName, message: unknown): boolean {
  return validators.get(name)?.(message) === true;
}

const path = resolve(import.meta.dirname, '../../../../tests/data/golden/contracts.json');
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
const RECORDS: Readonly<Record<string, RecordName>> = {
  bar_event: 'MarketEvent',
  tick_event: 'MarketEvent',
  ofi_event: 'OfiEvent',
  order_intent: 'OrderIntent',
  execution_report: 'ExecutionReport',
};

describe('the JSON Schema', () => {
  it.each(RECORD_NAMES)('of %s accepts its golden record', (name) => {
    expect(accepts(name, JSON.parse(toJson(name, goldenRecord(name) as never)))).toBe(true);
  });

  it.each(cases.filter((one) => one.expect === 'accept'))('accepts $id', ({ type, message }) => {
    expect(accepts(RECORDS[type] as RecordName, message)).toBe(true);
  });

  // Whether a quantity may be 0 hangs on the action: a rule across fields.
  const byField = cases.filter(
    ({ id, expect: verdict, rule, message }) =>
      verdict === 'reject' &&
      id !== 'order_intent.quantity_zero' &&
      /^(required|positive|min|max|pattern|enum|format|json_schema_type):/.test(rule ?? '') &&
      !JSON.stringify(message).includes('$float'),
  );

  it.each(byField)('refuses $id', ({ type, message }) => {
    expect(accepts(RECORDS[type] as RecordName, message)).toBe(false);
  });
});
