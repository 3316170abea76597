/** The reference's JSON form of a tree, both ways. Whatever is read is written back the same. */
import { Fault, isFault } from '@tickmesh/kernel';
import { functionNamed, functionOfJson, jsonName } from './functions/table.ts';
import {
  callNode,
  constant,
  fieldNode,
  type CallNode,
  type ConstantNode,
  type Node,
} from './node.ts';
import { LIMITS, type Value } from './types.ts';

/** A node in JSON, as `JSON.stringify` takes it. */
export interface JsonNode {
  readonly type: string;
  readonly [key: string]: JsonNode | readonly JsonNode[] | Value;
}

/** Keys that hold the arguments of each type, in order; a list holds the rest. */
const ARGUMENT_KEYS: Readonly<Record<string, readonly string[]>> = {
  BinOp: ['left', 'right'],
  UnaryOp: ['operand'],
  If: ['condition', 'then', 'else'],
  IsNull: ['operand'],
  StrOp: ['operand', 'arg'],
};
const LIST_KEYS: Readonly<Record<string, string>> = { Func: 'args', Coalesce: 'exprs' };
const NAME_KEYS: Readonly<Record<string, string>> = {
  BinOp: 'op',
  UnaryOp: 'op',
  StrOp: 'op',
  Func: 'name',
};

/**
 * Reads a tree; its types are not checked here.
 * @param json a value, or JSON text
 * @returns the tree and the path of every node in the JSON
 * @throws Fault EXPR_SYNTAX with the `path` when it is not of the form, EXPR_FIELD, EXPR_LIMIT
 */
export function nodeFromJson(json: unknown): {
  readonly node: Node;
  readonly paths: Map<Node, string>;
} {
  const reader = new JsonReader();
  return {
    node: reader.read(typeof json === 'string' ? parsed(json) : json, '$', 1),
    paths: reader.paths,
  };
}

export function nodeToJson(node: Node): JsonNode {
  switch (node.kind) {
    case 'constant':
      return {
        type: 'Const',
        value: node.value,
        ...(node.unit === undefined ? {} : { unit: node.unit }),
      };
    case 'field':
      return { type: 'Field', name: node.name };
    case 'call':
      return callToJson(node);
  }
}

function callToJson(node: CallNode): JsonNode {
  const row = functionNamed(node.name);
  const { type } = row.json;
  const args = node.args.map(nodeToJson);
  const nameKey = NAME_KEYS[type];
  const name = jsonName(row);
  const listKey = LIST_KEYS[type];
  return {
    type,
    ...(nameKey === undefined || name === undefined ? {} : { [nameKey]: name }),
    ...(listKey === undefined
      ? Object.fromEntries(args.map((arg, i) => [ARGUMENT_KEYS[type]?.[i] ?? '', arg]))
      : { [listKey]: args }),
  };
}

function parsed(text: string): unknown {
  if (text.length > LIMITS.sourceLength) {
    throw new Fault('EXPR_LIMIT', { limit: 'text', most: LIMITS.sourceLength });
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Fault('EXPR_SYNTAX', { path: '$', expected: 'JSON' }, thrown);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

class JsonReader {
  readonly paths = new Map<Node, string>();
  #nodes = 0;

  read(json: unknown, path: string, depth: number): Node {
    if (depth > LIMITS.depth)
      throw new Fault('EXPR_LIMIT', { limit: 'depth', most: LIMITS.depth, path });
    if (++this.#nodes > LIMITS.nodes) {
      throw new Fault('EXPR_LIMIT', { limit: 'nodes', most: LIMITS.nodes, path });
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw unreadable(path, 'an object with a type', json);
    }
    const node = this.#node(json as JsonObject, path, depth);
    this.paths.set(node, path);
    return node;
  }

  #node(json: JsonObject, path: string, depth: number): Node {
    const type = own(json, 'type');
    if (typeof type !== 'string') throw unreadable(`${path}.type`, 'the type of a node', type);
    try {
      if (type === 'Const') return constantFromJson(json, path);
      if (type === 'Field') return fieldFromJson(json, path);
    } catch (thrown) {
      if (!isFault(thrown) || 'path' in thrown.details) throw thrown;
      throw new Fault(thrown.code, { ...thrown.details, path }, thrown);
    }
    return this.#call(json, type, path, depth);
  }

  #call(json: JsonObject, type: string, path: string, depth: number): Node {
    const nameKey = Object.hasOwn(NAME_KEYS, type) ? NAME_KEYS[type] : undefined;
    const name = nameKey === undefined ? undefined : own(json, nameKey);
    if (nameKey !== undefined && typeof name !== 'string') {
      throw unreadable(`${path}.${nameKey}`, 'the name of an operation', name);
    }
    const row = functionOfJson(type, name as string | undefined);
    if (row === undefined) {
      const at = nameKey === undefined ? `${path}.type` : `${path}.${nameKey}`;
      throw unreadable(at, `an operation of the language`, name ?? type);
    }
    const listKey = LIST_KEYS[type];
    const keys = listKey === undefined ? (ARGUMENT_KEYS[type] ?? []) : [listKey];
    allowOnly(json, ['type', ...(nameKey === undefined ? [] : [nameKey]), ...keys], path);
    const args =
      listKey === undefined
        ? this.#operands(json, keys, path, depth)
        : this.#list(json, listKey, path, depth);
    return callNode(row.name, args);
  }

  #operands(json: JsonObject, keys: readonly string[], path: string, depth: number): Node[] {
    return keys
      .filter((key) => key !== 'arg' || Object.hasOwn(json, key))
      .map((key) => this.read(own(json, key), `${path}.${key}`, depth + 1));
  }

  #list(json: JsonObject, key: string, path: string, depth: number): Node[] {
    const list = own(json, key);
    if (!Array.isArray(list)) throw unreadable(`${path}.${key}`, 'a list', list);
    return list.map((item: unknown, i) => this.read(item, `${path}.${key}[${i}]`, depth + 1));
  }
}

function constantFromJson(json: JsonObject, path: string): ConstantNode {
  allowOnly(json, ['type', 'value', 'unit'], path);
  const value = own(json, 'value');
  const unit = own(json, 'unit');
  if (unit !== undefined && unit !== 'timestamp' && unit !== 'duration') {
    throw unreadable(`${path}.unit`, 'timestamp or duration', unit);
  }
  if (value !== null && !['number', 'string', 'boolean'].includes(typeof value)) {
    throw unreadable(`${path}.value`, 'a number, a string, a boolean or null', value);
  }
  return constant(value as Value, unit);
}

function fieldFromJson(json: JsonObject, path: string): Node {
  allowOnly(json, ['type', 'name'], path);
  const name = own(json, 'name');
  if (typeof name !== 'string') throw unreadable(`${path}.name`, 'the name of a field', name);
  return fieldNode(name);
}

/** Keys that would be lost on the way back are refused. */
function allowOnly(json: JsonObject, keys: readonly string[], path: string): void {
  for (const key of Object.keys(json)) {
    if (!keys.includes(key)) throw unreadable(path, `only the keys ${keys.join(', ')}`, key);
  }
}

function own(json: JsonObject, key: string): unknown {
  return Object.hasOwn(json, key) ? json[key] : undefined;
}

function unreadable(path: string, expected: string, found: unknown): Fault {
  const shown =
    typeof found === 'string' ? found.slice(0, 80) : found === null ? 'null' : typeof found;
  return new Fault('EXPR_SYNTAX', {
    path,
    expected,
    found: Array.isArray(found) ? 'a list' : shown,
  });
}
