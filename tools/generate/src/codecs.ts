import type { Contracts, EnumShape, FieldShape, RecordShape, Shape } from './avro-shapes.ts';
import { BANNER, constantName } from './names.ts';

/**
 * Straight-line Avro writers and readers: one function a record, no schema walked at run time. The
 * primitives, with every bound and type check, are libs/contracts/src/codec/{reader,writer}.ts.
 */
export function renderCodecs(contracts: Contracts): string {
  const records = [...contracts.records.values()];
  const enums = [...contracts.enums.values()];
  const roots = [...contracts.roots.keys()];
  return [
    BANNER('contracts/avro'),
    "import type { AvroReader } from '../codec/reader.ts';",
    "import { type AvroWriter, notASymbol, requireArray, requireRecord } from '../codec/writer.ts';",
    "import type { RecordInputs, RecordName, RecordTypes } from './types.ts';",
    `import {\n${enums.map((e) => `  ${constantName(e.name)},`).join('\n')}\n} from './types.ts';`,
    `import type {\n${enums.map((e) => `  ${e.name},`).join('\n')}\n${records.map((r) => `  ${r.name},\n  ${r.name}Input,`).join('\n')}\n} from './types.ts';\n`,
    ...enums.map(enumWriter),
    ...records.map((record) => `${recordWriter(record)}\n${recordReader(record, contracts)}`),
    '/** The two directions of every record with a schema of its own. */',
    `export const STRAIGHT_LINE: {
  readonly [Name in RecordName]: {
    readonly write: (writer: AvroWriter, value: RecordInputs[Name]) => void;
    readonly read: (reader: AvroReader) => RecordTypes[Name];
  };
} = {`,
    ...roots.map((name) => `  ${name}: { write: write${name}, read: read${name} },`),
    '};\n',
  ].join('\n');
}

function enumWriter(shape: EnumShape): string {
  const cases = shape.symbols.map(
    (s, i) => `    case '${s}':\n      writer.index(${i});\n      return;`,
  );
  return `function write${shape.name}(writer: AvroWriter, value: ${shape.name}, field: string): void {
  switch (value) {
${cases.join('\n')}
    default:
      throw notASymbol(${constantName(shape.name)}, value, field);
  }
}
`;
}

function recordWriter(record: RecordShape): string {
  const lines = record.fields.flatMap((field) => writeField(record, field));
  return `function write${record.name}(writer: AvroWriter, value: ${record.name}Input, field: string = '${record.name}'): void {
  requireRecord(value, field);
${lines.map((line) => `  ${line}`).join('\n')}
}
`;
}

function writeField(record: RecordShape, field: FieldShape): string[] {
  const place = `'${record.name}.${field.name}'`;
  const local = field.name;
  if (field.shape.kind === 'nullable') {
    return [
      `const ${local} = value.${field.name};`,
      `if (${local} === null || ${local} === undefined) writer.index(0);`,
      'else {',
      '  writer.index(1);',
      ...write(field.shape.inner, local, place).map((line) => `  ${line}`),
      '}',
    ];
  }
  if (field.defaultValue === undefined) return write(field.shape, `value.${field.name}`, place);
  const fallback = defaultLiteral(field);
  return [
    `const ${local} = value.${field.name} === undefined ? ${fallback} : value.${field.name};`,
    ...write(field.shape, local, place),
  ];
}

function write(shape: Shape, expression: string, place: string): string[] {
  switch (shape.kind) {
    case 'nullable':
      throw new Error(`${place}: only a field may be null`);
    case 'enum':
    case 'record':
      return [`write${shape.name}(writer, ${expression}, ${place});`];
    case 'array':
      return [
        `requireArray(${expression}, ${place});`,
        `if (${expression}.length > 0) {`,
        `  writer.long(${expression}.length, ${place});`,
        `  for (const item of ${expression}) {`,
        ...write(shape.items, 'item', place).map((line) => `    ${line}`),
        '  }',
        '}',
        'writer.index(0);',
      ];
    case 'micros':
      return [`writer.long(${expression}, ${place});`];
    case 'bigint':
      return [`writer.bigLong(${expression}, ${place});`];
    default:
      return [`writer.${shape.kind}(${expression}, ${place});`];
  }
}

/** The value that a reader or writer takes when the field is not given. */
export function defaultLiteral(field: FieldShape): string {
  const value = field.defaultValue;
  if (value === null) return 'null';
  if (field.shape.kind === 'decimal') {
    if (value !== '\u0000') throw new Error(`${field.name}: the only decimal default in use is 0`);
    return '0n';
  }
  return JSON.stringify(value);
}

function recordReader(record: RecordShape, contracts: Contracts): string {
  const lines = record.fields.map((field) => `    ${field.name}: ${read(field.shape, contracts)},`);
  const arrays = record.fields.filter((field) => field.shape.kind === 'array');
  const readers = arrays.map((field) => arrayReader(record, field, contracts));
  const body = lines.map((line, i) => {
    const field = record.fields[i] as FieldShape;
    return field.shape.kind === 'array'
      ? `    ${field.name}: ${arrayReaderName(record, field)}(reader),`
      : line;
  });
  return `${readers.join('\n')}function read${record.name}(reader: AvroReader): ${record.name} {
  return {
${body.join('\n')}
  };
}
`;
}

function arrayReaderName(record: RecordShape, field: FieldShape): string {
  return `read${record.name}_${field.name}`;
}

function arrayReader(record: RecordShape, field: FieldShape, contracts: Contracts): string {
  if (field.shape.kind !== 'array') throw new Error(`${field.name} is not an array`);
  const { items } = field.shape;
  const least = leastBytes(items, contracts);
  return `function ${arrayReaderName(record, field)}(reader: AvroReader): ${record.name}['${field.name}'] {
  const items: ${record.name}['${field.name}'][number][] = [];
  for (let count = reader.blockCount(${least}); count > 0; count = reader.blockCount(${least})) {
    for (let i = 0; i < count; i += 1) items.push(${read(items, contracts)});
  }
  return items;
}
`;
}

function read(shape: Shape, contracts: Contracts): string {
  switch (shape.kind) {
    case 'nullable':
      return `reader.present() ? ${read(shape.inner, contracts)} : null`;
    case 'enum': {
      const symbols = contracts.enums.get(shape.name)?.symbols.length ?? 0;
      return `${constantName(shape.name)}[reader.index(${symbols})] as ${shape.name}`;
    }
    case 'record':
      return `read${shape.name}(reader)`;
    case 'array':
      return '';
    case 'micros':
      return 'reader.long()';
    case 'bigint':
      return 'reader.bigLong()';
    default:
      return `reader.${shape.kind}()`;
  }
}

/** The fewest bytes that a value takes: it bounds the length of an array by the bytes that are left. */
function leastBytes(shape: Shape, contracts: Contracts): number {
  switch (shape.kind) {
    case 'double':
      return 8;
    case 'decimal':
      return 2;
    case 'record': {
      const fields = contracts.records.get(shape.name)?.fields ?? [];
      return fields.reduce((sum, field) => sum + leastBytes(field.shape, contracts), 0);
    }
    default:
      return 1;
  }
}
