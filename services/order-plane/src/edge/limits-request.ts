/** Bodies of calls about limits and switches, read from plain JSON. */
import type { KillLevel } from '@tickmesh/domain-risk';
import type { WantedLimits } from '../app/limits-changes.ts';
import type { RearmStep, WantedRearm } from '../app/switches.ts';
import { type Plain, invalid, oneOf, plainOf, textOf, timeOf } from './order-request.ts';

const STEPS = ['request', 'approve'] as const satisfies RearmStep[];
const LEVELS = ['strategy', 'instrument', 'account', 'firm'] as const satisfies KillLevel[];

/** Parts of a version of the limits, as config/limits.yaml has them. */
const TERMS = ['defaults', 'accounts', 'strategies', 'instruments'];

/** @throws Fault ARGUMENT_INVALID naming the field and its rule */
export function readLimitsChange(body: unknown, by: string): WantedLimits {
  const plain = plainOf(body);
  const terms = plain['document'];
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms)) {
    throw invalid('document', 'a version of the limits, as config/limits.yaml has it', terms);
  }
  const stranger = Object.keys(terms).find((name) => !TERMS.includes(name));
  if (stranger !== undefined) throw invalid('document', `${TERMS.join(', ')} alone`, stranger);
  return {
    terms: terms as Plain,
    by,
    reason: textOf(plain, 'reason'),
    effectiveFromMicros: timeOf(plain, 'effective_from'),
    baseVersion: versionOf(plain, 'base_version') ?? missing('base_version'),
  };
}

/** @throws Fault ARGUMENT_INVALID naming the field and its rule */
export function readSwitch(body: unknown, by: string): WantedRearm {
  const plain = plainOf(body);
  const level = oneOf(plain, 'level', LEVELS);
  return {
    level,
    scope: level === 'firm' ? '*' : scopeOf(textOf(plain, 'scope')),
    by,
    reason: textOf(plain, 'reason'),
    version: versionOf(plain, 'version'),
    step: plain['step'] === undefined ? undefined : oneOf(plain, 'step', STEPS),
  };
}

/** `BINANCE:BTCUSDT` is what people type where a bar would be the shell's. */
const scopeOf = (text: string): string => text.replace(':', '|');

function versionOf(plain: Plain, name: string): number | undefined {
  const value = plain[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(name, 'a whole number, not below 0', value);
}

function missing(name: string): never {
  throw invalid(name, 'the newest version that was seen', undefined);
}
