/** Arguments of gRPC calls, as the loader gives them: what is not set is an empty text, list or 0. */
import type { MarkRule } from '@tickmesh/domain-ledger';
import type { OrderStatus } from '@tickmesh/domain-orders';
import type { KillLevel } from '@tickmesh/domain-risk';
import { invalid } from './order-request.ts';

const PAGE = 100;
const PAGE_MAX = 1_000;

export const given = (text: string): string | undefined => (text === '' ? undefined : text);

export function statusOf(name: string): OrderStatus {
  const status = name.replace('ORDER_STATUS_', '');
  if (status === 'UNSPECIFIED') throw invalid('statuses', 'a status', name);
  return status as OrderStatus;
}

export function markRuleOf(name: string): MarkRule {
  const rule = name.replace('MARK_RULE_', '').toLowerCase();
  return rule === 'unspecified' ? 'mid' : (rule as MarkRule);
}

export const markRuleName = (rule: MarkRule): string => `MARK_RULE_${rule.toUpperCase()}`;

export function pageSizeOf(size: number): number {
  if (size < 0 || size > PAGE_MAX) throw invalid('page_size', `0 to ${PAGE_MAX}`, size);
  return size === 0 ? PAGE : size;
}

export function sequenceOf(token: string): bigint | undefined {
  if (token === '') return undefined;
  if (!/^\d{1,18}$/.test(token)) throw invalid('page_token', 'as the page before gave it', token);
  return BigInt(token);
}

/** tickmesh.order.v1.Scope. */
export interface ScopeMessage {
  readonly level: string;
  readonly id: string;
}

/** @throws Fault ARGUMENT_INVALID */
export function scopeOf(message: ScopeMessage | null): {
  readonly level: KillLevel;
  readonly scope: string;
} {
  const level = message?.level.replace('SCOPE_LEVEL_', '').toLowerCase() ?? 'unspecified';
  if (message === null || level === 'unspecified') {
    throw invalid('scope', 'a level: strategy, instrument, account or firm', level);
  }
  if (level !== 'firm' && message.id === '') throw invalid('scope.id', 'which one', '');
  return { level: level as KillLevel, scope: level === 'firm' ? '*' : message.id };
}

export const scopeMessage = (level: KillLevel, scope: string): ScopeMessage => ({
  level: `SCOPE_LEVEL_${level.toUpperCase()}`,
  id: level === 'firm' ? '' : scope,
});
