import { Fault } from '@tickmesh/kernel';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Replaces variables as Compose does: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message},
 * ${NAME?message}, ${NAME:+other}, ${NAME+other}; `$$` is a dollar; defaults may hold variables themselves. The
 * forms with a colon treat an empty value as unset.
 * Source: https://docs.docker.com/reference/compose-file/interpolation/
 * @throws Fault CONFIG_INVALID when a required variable is unset or the text is not of these forms
 */
export function interpolate(text: string, variables: Variables): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    if (text[at] !== '$') {
      result += text[at] ?? '';
      at += 1;
      continue;
    }
    const { value, end } = readVariable(text, at, variables);
    result += value;
    at = end;
  }
  return result;
}

/** The first variable that a text names: which one to set to change it. */
export function variableIn(text: string): string | undefined {
  return /\$\{?([A-Za-z_][A-Za-z0-9_]*)/.exec(text)?.[1];
}

interface Reading {
  readonly value: string;
  /** Position behind what was read. */
  readonly end: number;
}

function readVariable(text: string, at: number, variables: Variables): Reading {
  if (text[at + 1] === '$') return { value: '$', end: at + 2 };
  if (text[at + 1] === '{') {
    const end = closingBrace(text, at + 1);
    return { value: expand(text.slice(at + 2, end), variables), end: end + 1 };
  }
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at + 1))?.[0];
  if (name === undefined) throw malformed(text);
  return { value: variables[name] ?? '', end: at + 1 + name.length };
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw malformed(text);
}

function expand(inner: string, variables: Variables): string {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-?+])([\s\S]*))?$/.exec(inner);
  const name = match?.[1];
  if (match === null || name === undefined) throw malformed(inner);
  const [, , colon, operator, argument = ''] = match;
  const value = variables[name];
  const isSet = value !== undefined && (colon !== ':' || value !== '');
  switch (operator) {
    case '-':
      return isSet ? value : interpolate(argument, variables);
    case '+':
      return isSet ? interpolate(argument, variables) : '';
    case '?':
      if (isSet) return value;
      throw new Fault('CONFIG_INVALID', { variable: name, rule: argument || 'it must be set' });
    default:
      return value ?? '';
  }
}

function malformed(text: string): Fault {
  return new Fault('CONFIG_INVALID', { text, rule: 'a variable is ${NAME} or ${NAME:-default}' });
}
