import { defaultLiteral } from './codecs.ts';
import type { Contracts, FieldShape, Shape } from './avro-shapes.ts';
import { BANNER, constantName } from './names.ts';

/** The fields of every record as data, for what walks records at run time: JSON and documentation. */
export function renderShapes(contracts: Contracts): string {
  const records = [...contracts.records.values()].map(
    (record) => `  ${record.name}: [\n${record.fields.map(row).join('\n')}\n  ],`,
  );
  const enums = [...contracts.enums.keys()].map(constantName);
  return `${BANNER('contracts/avro')}import type { FieldShape } from '../shape.ts';
import type { RecordTypes } from './types.ts';
import {
${enums.map((name) => `  ${name},`).join('\n')}
} from './types.ts';

export const SHAPES: { readonly [Name in keyof RecordTypes]: readonly FieldShape[] } = {
${records.join('\n')}
};
`;
}

function row(field: FieldShape): string {
  const fallback =
    field.defaultValue === undefined ? '' : `, defaultValue: ${defaultLiteral(field)}`;
  return `    { name: '${field.name}', shape: ${shapeLiteral(field.shape)}${fallback} },`;
}

function shapeLiteral(shape: Shape): string {
  switch (shape.kind) {
    case 'nullable':
      return `{ kind: 'nullable', inner: ${shapeLiteral(shape.inner)} }`;
    case 'array':
      return `{ kind: 'array', items: ${shapeLiteral(shape.items)} }`;
    case 'record':
      return `{ kind: 'record', name: '${shape.name}' }`;
    case 'enum':
      return `{ kind: 'enum', symbols: ${constantName(shape.name)} }`;
    case 'decimal':
      return `{ kind: 'decimal', scale: ${shape.scale} }`;
    default:
      return `{ kind: '${shape.kind}' }`;
  }
}
