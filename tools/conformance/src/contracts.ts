import { type MarketEventType, type RecordName, fromJson } from '@tickmesh/contracts';
import { type Fault, isFault } from '@tickmesh/kernel';
import { Cases, type SuiteContext, type SuiteResult } from './suite.ts';

/** contracts.json: messages in their JSON form and the verdict on each. */
interface ContractsGolden {
  readonly cases: readonly ContractCase[];
}

interface ContractCase {
  readonly id: string;
  readonly type: string;
  readonly message: unknown;
  readonly expect: 'accept' | 'reject';
}

const RECORD_OF: Readonly<Record<string, RecordName>> = {
  bar_event: 'MarketEvent',
  tick_event: 'MarketEvent',
  ofi_event: 'OfiEvent',
  order_intent: 'OrderIntent',
  execution_report: 'ExecutionReport',
};

/** The messages name no exchange; which one a symbol trades on is the instrument master's affair. */
const EXCHANGE = 'GOLDEN';

/** Every message is read twice, as text and as a value that something else has parsed. */
export function run(golden: unknown, _context: SuiteContext): SuiteResult {
  const results = new Cases();
  for (const { id, type, message, expect } of (golden as ContractsGolden).cases) {
    const value = untagged(message);
    const sources = isJson(value) ? [value, JSON.stringify(value)] : [value];
    results.equal(id, [...new Set(sources.map((source) => verdict(type, source)))], [expect]);
  }
  return results;
}

/** `accept`, `reject`, or what was wrong with the way in which the message was refused. */
function verdict(type: string, source: unknown): string {
  const name = RECORD_OF[type];
  if (name === undefined) return `no record is called ${type}`;
  try {
    fromJson(name, source, {
      exchangeOf: () => EXCHANGE,
      ...(name === 'MarketEvent' ? { eventType: type as MarketEventType } : {}),
    });
    return 'accept';
  } catch (error) {
    if (!isFault(error)) throw error;
    return namesFieldAndRule(error) ? 'reject' : `refused without field and rule: ${error.message}`;
  }
}

function namesFieldAndRule(fault: Fault): boolean {
  const { violations } = fault.details as { violations?: readonly Record<string, unknown>[] };
  if (fault.code !== 'MSG_RULE_BROKEN' || violations === undefined) return false;
  const named = ({ field, rule }: Record<string, unknown>): boolean =>
    typeof field === 'string' && field !== '' && typeof rule === 'string' && rule !== '';
  return violations.length > 0 && violations.every(named);
}

const FLOATS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '-inf': -Infinity,
  '-0': -0,
};

/** Puts the numbers back that strict JSON cannot hold. */
function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== 'object' || value === null) return value;
  const { $float, $int } = value as { $float?: string; $int?: string };
  if ($float !== undefined) return FLOATS[$float];
  if ($int !== undefined) return BigInt($int);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untagged(inner)]));
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  return Object.values(value).every(isJson);
}
