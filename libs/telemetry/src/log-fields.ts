/**
 * What may stand in a log line: bounded in every direction, free of secrets, one line whatever a venue
 * or a caller put into a text.
 */
import { ERRORS, isFault } from '@tickmesh/kernel';

/** A field name that may hold a secret is masked whatever it holds. */
const SECRET_NAME =
  /passw(or)?d|passphrase|secret|(^|_)token$|access_?token|id_?token|refresh_?token|authorization|api_?key|private_?key|credential|cookie/i;
const SECRET_TEXT = [
  /** Credentials in a URL. */
  { pattern: /([a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:)[^/?#\s@]+@/gi, replacement: '$1***@' },
  /** A bearer token or basic credentials, wherever quoted. */
  { pattern: /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, replacement: '$1 ***' },
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*-----|$)/g,
    replacement: '***',
  },
  /** `password: x`, `secret=x` in the message of somebody else's error. */
  {
    pattern: /\b(\w*(?:password|secret|token))(["']?\s*[:=]\s*["']?)[^\s"',;)]+/gi,
    replacement: '$1$2***',
  },
] as const;
const MASK = '***';

/** Characters of one text, fields of one object, items of one list, levels of nesting. */
const TEXT_CHARACTERS_MAX = 2_048;
const STACK_CHARACTERS_MAX = 4_096;
const ENTRIES_MAX = 64;
const DEPTH_MAX = 5;
/** Nodes of one line in all: bounds the product of the limits above. */
const NODES_MAX = 512;

export function boundedFields(
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return boundedObject(fields, 0, { nodes: 0 });
}

/**
 * JSON leaves DEL, the C1 controls and the Unicode line separators as they are; terminals and log
 * shippers act on them.
 */
export function escapeLine(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

interface Budget {
  nodes: number;
}

function bounded(value: unknown, depth: number, budget: Budget): unknown {
  budget.nodes += 1;
  if (budget.nodes > NODES_MAX) return '...';
  switch (typeof value) {
    case 'string':
      return boundedText(value, TEXT_CHARACTERS_MAX);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint':
      return value.toString();
    case 'symbol':
    case 'function':
      return undefined;
    case 'object':
      return value === null ? null : boundedReference(value, depth, budget);
  }
}

function boundedReference(value: object, depth: number, budget: Budget): unknown {
  if (value instanceof Error) return boundedError(value, depth, budget);
  if (depth >= DEPTH_MAX) return '...';
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Map)
    return boundedObject(Object.fromEntries(value as Map<string, unknown>), depth + 1, budget);
  if (value instanceof Set || Array.isArray(value)) {
    const items: unknown[] = [...value];
    const kept = items.slice(0, ENTRIES_MAX).map((item) => bounded(item, depth + 1, budget));
    return items.length > ENTRIES_MAX ? [...kept, `... of ${items.length}`] : kept;
  }
  return boundedObject(value as Readonly<Record<string, unknown>>, depth + 1, budget);
}

function boundedObject(
  value: Readonly<Record<string, unknown>>,
  depth: number,
  budget: Budget,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  let count = 0;
  for (const name of Object.keys(value)) {
    count += 1;
    if (count > ENTRIES_MAX || budget.nodes > NODES_MAX) {
      out['...'] = `${Object.keys(value).length - count + 1} more`;
      break;
    }
    const key = boundedText(name, 128);
    out[key] =
      SECRET_NAME.test(name) && value[name] != null ? MASK : bounded(value[name], depth, budget);
  }
  return out;
}

/**
 * A fault says its facts as fields, so its sentence is the table's alone; only our bugs and corrupt
 * data come with a stack, whose first lines would repeat the message.
 */
function boundedError(error: Error, depth: number, budget: Budget): unknown {
  const cause = depth >= DEPTH_MAX ? undefined : error.cause;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const stack = boundedText(frames.join('\n'), STACK_CHARACTERS_MAX);
  const below = cause === undefined ? {} : { cause: bounded(cause, depth + 1, budget) };
  if (!isFault(error)) {
    const message = boundedText(error.message, TEXT_CHARACTERS_MAX);
    return { name: error.name, message, stack, ...below };
  }
  return {
    code: error.code,
    kind: error.kind,
    message: ERRORS[error.code].says,
    details: bounded(error.details, depth + 1, budget),
    ...(error.reaction.retry === 'halt' || error.kind === 'bug' ? { stack } : {}),
    ...below,
  };
}

/** Masks before it cuts, so that half a secret cannot slip through at the edge. */
function boundedText(text: string, charactersMax: number): string {
  const masked = SECRET_TEXT.reduce(
    (rest, { pattern, replacement }) => rest.replace(pattern, replacement),
    text.slice(0, charactersMax * 2),
  );
  const whole = masked.length <= charactersMax && text.length <= charactersMax * 2;
  return whole ? masked : `${masked.slice(0, charactersMax)}...`;
}
