/** A page's first lines. */
export function pageHead(title: string, source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`; do not edit. -->\n\n# ${title}\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

/** 28800000 to `8 h`. */
export function duration(milliseconds: number): string {
  const days = milliseconds / 86_400_000;
  if (Number.isInteger(days)) return days === 1 ? '24 h' : `${days} d`;
  const hours = milliseconds / 3_600_000;
  return Number.isInteger(hours) ? `${hours} h` : `${milliseconds / 60_000} min`;
}

/** 4194304 to `4 MiB`. */
export function size(bytes: number): string {
  return `${bytes / 1_048_576} MiB`;
}
