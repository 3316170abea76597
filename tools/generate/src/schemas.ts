import type { Contracts } from './avro-shapes.ts';
import { BANNER } from './names.ts';

/** The schema text of every record, on one line, as it is registered. */
export function renderSchemas(contracts: Contracts): string {
  const rows = [...contracts.roots].map(([name, text]) => `  ${name}:\n    ${quoted(text)},`);
  return `${BANNER('contracts/avro')}import type { RecordName } from './types.ts';

export const SCHEMAS: Readonly<Record<RecordName, string>> = {
${rows.join('\n')}
};
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
