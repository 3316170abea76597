import { Fault } from '@tickmesh/kernel';
import { type Column, type FieldName, type ValueOf, registry } from './column.ts';
import { valueFromJson, valueToJson } from './json-form.ts';
import { type ValueProblem, isRecord, valueProblems } from './value-rules.ts';

/** Columns by field name. */
export type EntityFields = Readonly<Record<string, Column>>;

/** Every field under its own column's name: anything else is `never`, which nothing satisfies. */
type RegisteredFields<Fields> = {
  readonly [Field in keyof Fields]: Field extends FieldName
    ? Column<Field, ValueOf<Field> | null>
    : never;
};

/** The type of an entity's values. */
export type EntityValue<Of extends { readonly fields: EntityFields }> = {
  readonly [Field in keyof Of['fields']]: Of['fields'][Field] extends Column<string, infer Value>
    ? Value
    : never;
};

/** A kind of record made of registered columns. */
export interface Entity<Name extends string = string, Fields extends EntityFields = EntityFields> {
  readonly name: Name;
  readonly fields: Fields;
}

const ENTITY_NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Declares an entity. The compiler refuses a field that no column has the name of, and a column under
 * another name than its own; so does this function, for callers that no compiler has seen.
 * @throws Fault ENTITY_INVALID with every field that is wrong
 */
export function defineEntity<
  const Name extends string,
  Fields extends EntityFields & RegisteredFields<Fields>,
>(name: Name, fields: Fields): Entity<Name, Fields> {
  const entries = Object.entries<unknown>(fields);
  const problems = entries.flatMap(([field, of]) => fieldProblem(field, of));
  if (!ENTITY_NAME.test(name)) problems.push({ field: '', says: 'an entity has a capital name' });
  if (entries.length === 0) problems.push({ field: '', says: 'an entity has a field' });
  if (problems.length > 0) throw new Fault('ENTITY_INVALID', { entity: name, problems });
  return Object.freeze({ name, fields: Object.freeze({ ...fields }) });
}

/** Every rule that a value breaks, field by field in the order of declaration, then unknown fields. */
export function entityProblems(entity: Entity, value: unknown): ValueProblem[] {
  if (!isRecord(value)) return [{ field: '', rule: 'type', expected: 'record', found: value }];
  const problems = Object.entries(entity.fields).flatMap(([field, of]) =>
    valueProblems(field, of.definition, value[field], of.nullable),
  );
  return [...problems, ...unknownFields(entity, value)];
}

/**
 * The value, as its type, when it keeps every rule.
 * @throws Fault COLUMN_VALUE with every rule that it breaks
 */
export function checkEntity<Of extends Entity>(entity: Of, value: unknown): EntityValue<Of> {
  const problems = entityProblems(entity, value);
  if (problems.length > 0) throw new Fault('COLUMN_VALUE', { entity: entity.name, problems });
  return value as EntityValue<Of>;
}

/**
 * As `checkEntity`, from parsed JSON (json-form.ts). A field that is missing is null.
 * @throws Fault COLUMN_VALUE
 */
export function entityFromJson<Of extends Entity>(entity: Of, json: unknown): EntityValue<Of> {
  if (!isRecord(json)) return checkEntity(entity, json);
  const problems: ValueProblem[] = [];
  const value: Record<string, unknown> = {};
  for (const [field, of] of Object.entries(entity.fields)) {
    const form = Object.hasOwn(json, field) ? json[field] : null;
    value[field] = valueFromJson(of.definition, form);
    const isForm = form === null || value[field] !== undefined;
    const fieldProblems = isForm
      ? valueProblems(field, of.definition, value[field], of.nullable)
      : [{ field, rule: 'type', expected: `${of.definition.type} in its JSON form` } as const];
    problems.push(...fieldProblems);
  }
  problems.push(...unknownFields(entity, json));
  if (problems.length > 0) throw new Fault('COLUMN_VALUE', { entity: entity.name, problems });
  return value as EntityValue<Of>;
}

/** The JSON form of a value of the entity. */
export function entityToJson<Of extends Entity>(
  entity: Of,
  value: EntityValue<Of>,
): Record<string, unknown> {
  const values = value as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(entity.fields).map(([field, of]) => [
    field,
    valueToJson(of.definition, values[field]),
  ]);
  return Object.fromEntries(pairs) as Record<string, unknown>;
}

/** The entities that use a column, under its own name or a prefixed one, in the order given. */
export function entitiesWith(entities: Iterable<Entity>, columnName: string): Entity[] {
  const definition = registry.get(columnName);
  return [...entities].filter((entity) =>
    Object.values(entity.fields).some((of) => of.definition === definition),
  );
}

function fieldProblem(field: string, of: unknown): { field: string; says: string }[] {
  const resolved = registry.find(field);
  if (resolved === undefined) return [{ field, says: 'no column is registered by the name' }];
  if (isRecord(of) && of['field'] === field && of['definition'] === resolved.definition) return [];
  return [{ field, says: `not the registered column, a ${resolved.definition.type}` }];
}

function unknownFields(entity: Entity, value: Readonly<Record<string, unknown>>): ValueProblem[] {
  return Object.keys(value)
    .filter((field) => !Object.hasOwn(entity.fields, field))
    .map((field) => ({ field, rule: 'unknown', expected: 'a field of the entity' }));
}
