import { parse } from 'yaml';

interface ErrorRow {
  readonly kind: string;
  readonly says: string;
}

/** contracts/errors.yaml to the table that the kernel exports. */
export function renderErrors(yaml: string): string {
  const rows = Object.entries(parse(yaml) as Record<string, ErrorRow>);
  const body = rows.map(
    ([code, row]) => `  ${code}: { kind: '${row.kind}', says: ${JSON.stringify(row.says)} },`,
  );
  return `// Generated from contracts/errors.yaml by \`npm run generate\`; do not edit.
import type { Kind } from '../kinds.ts';

export const ERRORS = {
${body.join('\n')}
} as const satisfies Record<string, { kind: Kind; says: string }>;

export type ErrorCode = keyof typeof ERRORS;
`;
}
