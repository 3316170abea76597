import type { ColumnDefinition, ItemType } from './definition.ts';
import { COLUMNS } from './gen/columns.ts';
import { ColumnRegistry } from './registry.ts';

type Definitions = typeof COLUMNS;

/** The name of a registered column. */
export type ColumnName = keyof Definitions;

type PrefixOf<Definition> = Definition extends {
  readonly allowedPrefixes: readonly (infer Prefix extends string)[];
}
  ? Prefix
  : never;

type PrefixedNames = {
  [Name in ColumnName]: `${PrefixOf<Definitions[Name]>}_${Name}`;
};

/** Every name that a field may have: a column's, or with one of its prefixes. */
export type FieldName = ColumnName | PrefixedNames[ColumnName];

type DefinitionOf<Field extends FieldName> = Field extends ColumnName
  ? Definitions[Field]
  : {
      [Name in ColumnName]: Field extends PrefixedNames[Name] ? Definitions[Name] : never;
    }[ColumnName];

/**
 * What a value of each type is in memory. Timestamps are microseconds since the epoch in UTC, decimals
 * integers scaled by the column's scale.
 */
interface ValueByType {
  readonly string: string;
  readonly double: number;
  readonly integer: number;
  readonly bigint: bigint;
  readonly decimal: bigint;
  readonly boolean: boolean;
  readonly timestamp: number;
  readonly bytes: Uint8Array;
  readonly list: readonly unknown[];
  readonly record: Readonly<Record<string, unknown>>;
}

interface ItemByType {
  readonly string: string;
  readonly integer: number;
  readonly double: number;
  readonly record: Readonly<Record<string, unknown>>;
}

type PlainValueOf<Definition extends ColumnDefinition> = Definition extends {
  readonly enum: readonly (infer Value)[];
}
  ? Value
  : Definition extends { readonly items: infer Item extends ItemType }
    ? readonly ItemByType[Item][]
    : ValueByType[Definition['type']];

/** The type of a field's values, null included where the column allows it. */
export type ValueOf<Field extends FieldName> =
  | PlainValueOf<DefinitionOf<Field>>
  | (DefinitionOf<Field> extends { readonly nullable: true } ? null : never);

interface ExpressionTypes {
  readonly string: 'string';
  readonly double: 'number';
  readonly integer: 'number';
  readonly decimal: 'number';
  readonly boolean: 'boolean';
  readonly timestamp: 'timestamp';
}

/** The type of a field in expressions; never when the language has none for it (expression-schema.ts). */
export type ExpressionTypeOf<Field extends FieldName> =
  DefinitionOf<Field>['type'] extends infer Type extends keyof ExpressionTypes
    ? ExpressionTypes[Type]
    : never;

declare const VALUE: unique symbol;

/** A registered column under one of its names; the only thing that an entity may be made of. */
export interface Column<Field extends string = string, Value = unknown> {
  readonly field: Field;
  readonly definition: ColumnDefinition;
  readonly nullable: boolean;
  /** For the compiler alone. */
  readonly [VALUE]?: Value;
}

/** The registry of the mesh: contracts/columns, checked. */
export const registry = new ColumnRegistry(Object.values<ColumnDefinition>(COLUMNS));

/** Every column by field name: `column.symbol`, `column.trader_name`. */
export const column: { readonly [Field in FieldName]: Column<Field, ValueOf<Field>> } =
  Object.freeze(
    Object.fromEntries(registry.fieldNames().map((field) => [field, columnOf(field)])),
  ) as never;

/** The column where an entity may have no value although the registry wants one. */
export function nullable<Field extends string, Value>(
  of: Column<Field, Value>,
): Column<Field, Value | null> {
  return Object.freeze({ field: of.field, definition: of.definition, nullable: true });
}

function columnOf(field: string): Column {
  const { definition } = registry.resolve(field);
  return Object.freeze({ field, definition, nullable: definition.nullable ?? false });
}
