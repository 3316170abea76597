import { Fault } from '@tickmesh/kernel';
import type { RecordInputs } from './gen/types.ts';
import type { Role, Violation } from './rules/rule.ts';
import { RULES } from './rules/tables.ts';

/**
 * Every rule that the value breaks, none when it is sound. The same tables serve producers and
 * consumers; as a `writer` a value also obeys the rules about what may be written.
 */
export function validate<Name extends keyof RecordInputs>(
  name: Name,
  value: RecordInputs[Name],
  role: Role = 'reader',
): readonly Violation[] {
  const found: Violation[] = [];
  RULES[name].inspect(value, role, found);
  return found;
}

/** @throws Fault MSG_RULE_BROKEN naming record, field, rule and value of every violation */
export function requireValid<Name extends keyof RecordInputs>(
  name: Name,
  value: RecordInputs[Name],
  role: Role = 'reader',
): void {
  const found = validate(name, value, role);
  if (found.length > 0) throw ruleBroken(name, found);
}

/** The fault of a message that breaks rules; details: `record` and `violations`. */
export function ruleBroken(record: string, violations: readonly Violation[]): Fault {
  return new Fault('MSG_RULE_BROKEN', { record, violations });
}
