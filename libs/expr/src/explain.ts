import type { Fault } from '@tickmesh/kernel';

/**
 * What is wrong with the text of an expression, for a terminal: the sentence, the line, and a caret
 * under the place. A fault without a position gives the sentence alone.
 *
 *     The text is not an expression: expected a value, a field, a function or (, found *
 *       price * * quantity
 *               ^
 */
export function explainError(text: string, fault: Fault): string {
  const { position, expected, found } = fault.details;
  const facts = [
    described('expected', expected),
    described('found', found),
    described('unknown field', fault.details['unknownField']),
    described('field', fault.details['field']),
    described('at most', fault.details['most']),
  ].filter((fact) => fact !== undefined);
  const summary = `${sentenceOf(fault)}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`;
  return typeof position === 'number' ? `${summary}\n${pointAt(text, position)}` : summary;
}

function sentenceOf(fault: Fault): string {
  // The fault's message ends with its facts in brackets; the sentence is what stands before.
  return fault.message.split(' (')[0]?.replace(/\.$/, '') ?? fault.message;
}

function described(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return `${name} ${value.join(', ')}`;
  return `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

/** The line of the position, and a caret below it; tabs stay tabs so that the caret stays in place. */
function pointAt(text: string, position: number): string {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', position);
  const line = text.slice(start, end === -1 ? text.length : end);
  const before = [...text.slice(start, position)]
    .map((one) => (one === '\t' ? '\t' : ' '))
    .join('');
  return `  ${line}\n  ${before}^`;
}
