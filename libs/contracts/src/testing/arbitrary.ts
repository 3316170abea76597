import fc from 'fast-check';
import { SHAPES } from '../gen/shapes.ts';
import type { RecordTypes } from '../gen/types.ts';
import type { FieldShape, Shape } from '../shape.ts';

const DECIMAL_MAX = 10n ** 38n - 1n;
const decimals = fc.oneof(
  fc.bigInt({ min: -DECIMAL_MAX, max: DECIMAL_MAX }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
  fc.constantFrom(0n, -1n, 127n, 128n, -128n, -129n, 32767n, 32768n, DECIMAL_MAX, -DECIMAL_MAX),
);
/** avsc, the second opinion, loses the lowest bit of negative longs beyond this. */
export const AVSC_LONG_MAX = 2 ** 52;
const longs = fc.oneof(
  fc.integer({ min: -AVSC_LONG_MAX, max: AVSC_LONG_MAX }),
  fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 27, 2 ** 28, -(2 ** 31), AVSC_LONG_MAX),
);
const texts = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ minLength: 60, maxLength: 70 }),
);

/** Any value of a record's type, sound by its schema but not by its rules. */
export function recordArbitrary<Name extends keyof RecordTypes>(
  name: Name,
): fc.Arbitrary<RecordTypes[Name]> {
  const fields = SHAPES[name].map(({ name: field, shape }: FieldShape) => [
    field,
    arbitrary(shape),
  ]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    noNullPrototype: true,
  }) as unknown as fc.Arbitrary<RecordTypes[Name]>;
}

function arbitrary(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'long':
    case 'micros':
      return longs;
    case 'bigint':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'double':
      return fc.double();
    case 'decimal':
      return decimals;
    case 'string':
      return texts;
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    case 'enum':
      return fc.constantFrom(...shape.symbols);
    case 'array':
      return fc.array(arbitrary(shape.items), { maxLength: 5 });
    case 'nullable':
      return fc.option(arbitrary(shape.inner));
    case 'record':
      return recordArbitrary(shape.name);
  }
}
