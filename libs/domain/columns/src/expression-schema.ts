import { type Expression, type FieldSpec, type Schema, fields } from '@tickmesh/expr';
import type { Column, ExpressionTypeOf, FieldName } from './column.ts';
import type { ColumnDefinition } from './definition.ts';

/**
 * The fields of an entity as the expression language sees them: types, declared bounds, and whether null
 * can occur. A row gives a decimal as a number, a timestamp as microseconds. Fields that the language has
 * no type for (bytes, lists, records, 64-bit integers) are left out: an expression that names one is refused.
 */
export function expressionSchema(entity: {
  readonly fields: Readonly<Record<string, Column>>;
}): Schema {
  const specs = Object.entries(entity.fields).flatMap(([field, of]) => {
    const spec = fieldSpecOf(of.definition, of.nullable);
    return spec === undefined ? [] : [[field, spec] as const];
  });
  return Object.fromEntries(specs);
}

/** The fields of an entity that expressions may name, as expressions that the compiler knows the types of. */
export type EntityExpressions<Of extends { readonly fields: Readonly<Record<string, Column>> }> = {
  readonly [Field in keyof Of['fields'] as ExpressibleName<Field>]: Field extends FieldName
    ? Expression<ExpressionTypeOf<Field>>
    : never;
};

type ExpressibleName<Field> = Field extends FieldName
  ? [ExpressionTypeOf<Field>] extends [never]
    ? never
    : Field
  : never;

/** `({ price, side }) => price.gt(100).and(side.eq('BUY'))` over these is a condition on the entity. */
export function entityExpressions<Of extends { readonly fields: Readonly<Record<string, Column>> }>(
  entity: Of,
): EntityExpressions<Of> {
  return fields(expressionSchema(entity)) as EntityExpressions<Of>;
}

function fieldSpecOf(definition: ColumnDefinition, nullable: boolean): FieldSpec | undefined {
  switch (definition.type) {
    case 'double':
    case 'integer':
    case 'decimal': {
      const { minValue: low, maxValue: high } = definition;
      return {
        type: 'number',
        nullable,
        ...(low === undefined ? {} : { low }),
        ...(high === undefined ? {} : { high }),
      };
    }
    case 'string':
    case 'boolean':
    case 'timestamp':
      return { type: definition.type, nullable };
    case 'bigint':
    case 'bytes':
    case 'list':
    case 'record':
      return undefined;
  }
}
