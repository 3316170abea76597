import type { Contracts, EnumShape, FieldShape, RecordShape, Shape } from './avro-shapes.ts';
import { BANNER, constantName } from './names.ts';

/** The TypeScript types of every record and enum: what decoding gives, and what producers may pass. */
export function renderTypes(contracts: Contracts): string {
  const roots = [...contracts.roots.keys()];
  const all = [...contracts.records.keys()];
  return [
    BANNER('contracts/avro'),
    ...[...contracts.enums.values()].map(enumType),
    ...[...contracts.records.values()].map((record) => recordTypes(record)),
    '/** Records with a schema and a codec of their own. */',
    `export type RecordName =\n${roots.map((name) => `  | '${name}'`).join('\n')};\n`,
    '/** What decoding gives, by record. */',
    `export interface RecordTypes {\n${all.map((n) => `  ${n}: ${n};`).join('\n')}\n}\n`,
    '/** What encoding takes, by record: fields with a default may be left out. */',
    `export interface RecordInputs {\n${all.map((n) => `  ${n}: ${n}Input;`).join('\n')}\n}\n`,
    '/** Symbols by enum. The first is for readers of newer schemas, and no message may carry it. */',
    `export const ENUMS = {\n${[...contracts.enums.keys()].map((n) => `  ${n}: ${constantName(n)},`).join('\n')}\n} as const;\n`,
  ].join('\n');
}

function enumType(shape: EnumShape): string {
  const symbols = shape.symbols.map((symbol) => `'${symbol}'`).join(', ');
  const constant = constantName(shape.name);
  return `/** ${shape.doc} */\nexport const ${constant} = [${symbols}] as const;\nexport type ${shape.name} = (typeof ${constant})[number];\n`;
}

function recordTypes(record: RecordShape): string {
  const fields = record.fields.map((f) => `${docOf(f)}  readonly ${f.name}: ${type(f.shape, '')};`);
  const inputs = record.fields.map(inputField);
  return `/** ${record.doc} */
export interface ${record.name} {
${fields.join('\n')}
}

/** A ${record.name} as producers pass it: fields with a default may be left out. */
export interface ${record.name}Input {
${inputs.join('\n')}
}
`;
}

function inputField(field: FieldShape): string {
  const text = type(field.shape, 'Input');
  if (field.defaultValue === undefined) return `  readonly ${field.name}: ${text};`;
  return `  readonly ${field.name}?: ${text} | undefined;`;
}

function docOf(field: FieldShape): string {
  return `  /** ${field.doc}${unit(field.shape)} */\n`;
}

function unit(shape: Shape): string {
  switch (shape.kind) {
    case 'nullable':
      return unit(shape.inner);
    case 'micros':
      return ' Microseconds since the epoch.';
    case 'decimal':
      return ` Units of 1e-${shape.scale}.`;
    default:
      return '';
  }
}

function type(shape: Shape, suffix: '' | 'Input'): string {
  switch (shape.kind) {
    case 'int':
    case 'long':
    case 'micros':
    case 'double':
      return 'number';
    case 'decimal':
      return 'bigint';
    case 'bytes':
      return 'Uint8Array';
    case 'enum':
      return shape.name;
    case 'record':
      return `${shape.name}${suffix}`;
    case 'array':
      return `readonly ${type(shape.items, suffix)}[]`;
    case 'nullable':
      return `${type(shape.inner, suffix)} | null`;
    default:
      return shape.kind;
  }
}
