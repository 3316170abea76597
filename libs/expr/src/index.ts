export {
  type BooleanColumn,
  type Column,
  type Dictionary,
  NULL_BOOLEAN,
  NULL_CODE,
  type NumberColumn,
  type StringColumn,
  TextDictionary,
} from './columns.ts';
export { explainError } from './explain.ts';
export {
  apply,
  coalesce,
  duration,
  type EvaluateOptions,
  Expression,
  field,
  fields,
  fromJson,
  literal,
  max,
  min,
  now,
  type Operand,
  parse,
  parseDefinition,
  timestamp,
  when,
} from './expression.ts';
export { type JsonNode } from './json.ts';
export { type Kernel, type KernelRun, newColumn } from './kernel.ts';
export type { CallNode, ConstantNode, FieldNode, Node } from './node.ts';
export {
  type EuropeanOption,
  type OptionValue,
  blackScholes,
  blackScholesFormula,
  blackScholesPrice,
  normalCdf,
  normalPdf,
} from './pricing.ts';
export { type PureOptions } from './pure.ts';
export { renderReference } from './reference.ts';
export { inferSchema, schemaFor } from './sample.ts';
export { type Sql, type SqlOptions } from './sql.ts';
export {
  type FieldSpec,
  LIMITS,
  MICROS_MAX,
  type Row,
  type Scalar,
  type ScalarOf,
  type Schema,
  VALUE_TYPES,
  type Value,
  type ValueType,
} from './types.ts';
