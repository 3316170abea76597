export {
  type Column,
  type ColumnName,
  type ExpressionTypeOf,
  type FieldName,
  type ValueOf,
  column,
  nullable,
  registry,
} from './column.ts';
export { columnOfContractField, fromContractValue, toContractValue } from './contract-fields.ts';
export {
  type Aggregation,
  type ColumnDefinition,
  type ColumnType,
  type ItemType,
  LAYER_TYPES,
  type Role,
  type Sensitivity,
  displayNameOf,
} from './definition.ts';
export {
  type ColumnDraft,
  type DefinitionProblem,
  definitionProblems,
} from './definition-rules.ts';
export {
  type Entity,
  type EntityFields,
  type EntityValue,
  checkEntity,
  defineEntity,
  entitiesWith,
  entityFromJson,
  entityProblems,
  entityToJson,
} from './entity.ts';
export {
  ENTITIES,
  ORDER,
  ORDER_RECORD,
  POSITION_RECORD,
  SIGNAL,
  TRADE,
  TRADE_RECORD,
} from './entities.ts';
export {
  type EntityExpressions,
  entityExpressions,
  expressionSchema,
} from './expression-schema.ts';
export { valueFromJson, valueToJson } from './json-form.ts';
export { ColumnRegistry, type ResolvedColumn } from './registry.ts';
export { type ValueProblem, type ValueRule, valueProblems } from './value-rules.ts';
