import { type Fault, faultOf } from '@tickmesh/kernel';

/** Where a command writes: tests put their own in. */
export interface Output {
  line(text: string): void;
  error(text: string): void;
}

export const terminal: Output = {
  line: (text) => {
    process.stdout.write(`${text}\n`);
  },
  error: (text) => {
    process.stderr.write(`${text}\n`);
  },
};

/** One JSON text of a value; bigint as text, bytes as base64. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (isSerialisedBuffer(inner)) return Buffer.from(inner.data).toString('base64');
    return inner;
  });
}

function isSerialisedBuffer(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { type?: unknown }).type === 'Buffer' &&
    Array.isArray((value as { data?: unknown }).data)
  );
}

/** Columns under their names, as wide as their widest cell. */
export function table(
  names: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const texts = [names, ...rows.map((row) => row.map(String))];
  const widths = names.map((_, column) =>
    Math.max(...texts.map((row) => (row[column] ?? '').length)),
  );
  const lines = texts.map((row) =>
    widths
      .map((width, column) => (row[column] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.join('\n');
}

/** A fault as people read it, or as programs do. */
export function describeFault(fault: Fault, asJson: boolean): string {
  if (asJson) return json({ error: fault.code, message: fault.message, details: fault.details });
  const nested = fault.details['problems'];
  const lines = [`${fault.code}: ${fault.message}`];
  if (Array.isArray(nested))
    for (const problem of nested)
      lines.push(`  - ${typeof problem === 'string' ? problem : json(problem)}`);
  return lines.join('\n');
}

/**
 * Runs an action and turns whatever it throws into a message and an exit code of 1.
 * @param action its answer is the exit code, if it is a number
 * @returns the exit code
 */
export async function guarded(
  action: () => Promise<unknown>,
  asJson: boolean,
  output: Output,
): Promise<number> {
  try {
    const code = await action();
    return typeof code === 'number' ? code : 0;
  } catch (thrown) {
    output.error(describeFault(faultOf(thrown), asJson));
    return 1;
  }
}
