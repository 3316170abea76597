import type { FieldSpec, Schema } from '@tickmesh/expr';
import type { Column } from './column.ts';
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
