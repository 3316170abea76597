/** Where the contracts and the registry meet: which column a field of a record is, in which words. */
import { Fault } from '@tickmesh/kernel';
import { registry } from './column.ts';
import type { ColumnDefinition } from './definition.ts';
import { CONTRACT_FIELDS } from './gen/columns.ts';

/**
 * The column that a field of an Avro record is.
 * @throws Fault COLUMN_UNKNOWN
 */
export function columnOfContractField(record: string, field: string): ColumnDefinition {
  const bound = CONTRACT_FIELDS[`${record}.${field}`];
  return registry.resolve(bound ?? field).definition;
}

/**
 * The contracts' word for a value of ours: BUY for LONG.
 * @throws Fault COLUMN_VALUE when the column has no such value
 */
export function toContractValue(definition: ColumnDefinition, value: string): string {
  const { contractValues } = definition;
  if (contractValues === undefined) return value;
  if (!Object.hasOwn(contractValues, value)) throw unmapped(definition, value);
  return contractValues[value] as string;
}

/**
 * Our word for a value of the contracts: LONG for BUY.
 * @throws Fault COLUMN_VALUE when the contracts have no such value
 */
export function fromContractValue(definition: ColumnDefinition, value: string): string {
  const { contractValues } = definition;
  if (contractValues === undefined) return value;
  const pair = Object.entries(contractValues).find(([, theirs]) => theirs === value);
  if (pair === undefined) throw unmapped(definition, value);
  return pair[0];
}

function unmapped(definition: ColumnDefinition, value: string): Fault {
  return new Fault('COLUMN_VALUE', { column: definition.name, rule: 'enum', value });
}
