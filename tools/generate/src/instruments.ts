import { parse } from 'yaml';
import type { Contracts, FieldShape, Shape } from './avro-shapes.ts';
import { BANNER } from './names.ts';

/**
 * contracts/instruments/*.yaml to Instrument values. Scalars are read as text, so that a step such as
 * 0.00001 is never a double; every field must be one of the record's.
 * @param files YAML text by file name
 */
export function renderInstruments(
  files: ReadonlyMap<string, string>,
  contracts: Contracts,
): string {
  const fields = contracts.records.get('Instrument')?.fields ?? [];
  const rows: string[] = [];
  const seen = new Set<string>();
  for (const [file, text] of files) {
    for (const entry of parse(text, { schema: 'failsafe' }) as Record<string, unknown>[]) {
      const market = `${String(entry['exchange'])}|${String(entry['symbol'])}`;
      if (seen.has(market)) throw new Error(`${file}: ${market} is declared twice`);
      seen.add(market);
      rows.push(instrument(entry, fields, contracts, `${file} ${market}`));
    }
  }
  return `${BANNER('contracts/instruments')}import type { Instrument } from './types.ts';

/** The declared markets, by file and place. */
export const INSTRUMENTS: readonly Instrument[] = [
${rows.join('\n')}
];
`;
}

function instrument(
  entry: Record<string, unknown>,
  fields: readonly FieldShape[],
  contracts: Contracts,
  where: string,
): string {
  for (const key of Object.keys(entry)) {
    if (!fields.some((field) => field.name === key)) throw new Error(`${where}: no field ${key}`);
  }
  const lines = fields.map(
    (field) =>
      `    ${field.name}: ${literal(field.shape, entry[field.name], contracts, `${where}.${field.name}`)},`,
  );
  return `  {\n${lines.join('\n')}\n  },`;
}

function literal(shape: Shape, value: unknown, contracts: Contracts, where: string): string {
  if (shape.kind === 'nullable') {
    return value === undefined ? 'null' : literal(shape.inner, value, contracts, where);
  }
  if (shape.kind === 'array') {
    if (!Array.isArray(value)) throw new Error(`${where}: expected a list`);
    return `[${value.map((item: unknown) => literal(shape.items, item, contracts, where)).join(', ')}]`;
  }
  if (shape.kind === 'record') {
    const fields = contracts.records.get(shape.name)?.fields ?? [];
    const entry = value as Record<string, unknown>;
    const parts = fields.map(
      (field) =>
        `${field.name}: ${literal(field.shape, entry[field.name], contracts, `${where}.${field.name}`)}`,
    );
    return `{ ${parts.join(', ')} }`;
  }
  if (typeof value !== 'string') throw new Error(`${where}: is missing`);
  return scalar(shape, value, contracts, where);
}

function scalar(shape: Shape, text: string, contracts: Contracts, where: string): string {
  switch (shape.kind) {
    case 'string':
      return JSON.stringify(text);
    case 'enum':
      if (!contracts.enums.get(shape.name)?.symbols.includes(text)) {
        throw new Error(`${where}: ${text} is no ${shape.name}`);
      }
      return JSON.stringify(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new Error(`${where}: ${text} is no boolean`);
      return text;
    case 'int':
    case 'long':
      if (!/^\d+$/.test(text)) throw new Error(`${where}: ${text} is no whole number`);
      return text;
    case 'decimal':
      return `${decimalUnits(text, shape.scale, where)}n`;
    case 'micros':
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || Number.isNaN(Date.parse(text))) {
        throw new Error(`${where}: ${text} is no time in UTC`);
      }
      return String(Date.parse(text) * 1000);
    default:
      throw new Error(`${where}: ${shape.kind} has no form in YAML`);
  }
}

function decimalUnits(text: string, scale: number, where: string): string {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > scale) {
    throw new Error(`${where}: ${text} is no decimal of scale ${scale}`);
  }
  return BigInt(`${match[1] ?? ''}${fraction.padEnd(scale, '0')}`).toString();
}
