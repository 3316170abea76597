/**
 * Types of a tree. Every node starts as a set of possible types; calls narrow the sets of their
 * arguments and of themselves by the signatures of their function, and a field has one set wherever it
 * occurs. A call with several signatures waits until its surroundings leave one; when nothing else
 * moves, the first one that is left is taken, which for arithmetic means numbers.
 *
 * What is still open at the end (`coalesce(a, b)` over fields that nobody declared) is decided by the
 * values when the expression is evaluated.
 */
import { Fault } from '@tickmesh/kernel';
import { functionNamed } from './functions/table.ts';
import type { CallNode, ConstantNode, Node } from './node.ts';
import {
  ANY_TYPE,
  accepts,
  describeMask,
  maskOf,
  slotAt,
  typeOf,
  type Signature,
  type Slot,
  type TypeMask,
} from './signature.ts';
import { fieldSpec, type Schema, type Value, type ValueType } from './types.ts';

/** The types of a checked tree. */
export interface Typing {
  /** Undefined while it depends on the values. */
  typeOf(node: Node): ValueType | undefined;
  maskOf(node: Node): TypeMask;
  /** Fields in the order of their first mention, with their type if it is known. */
  readonly fields: ReadonlyMap<string, ValueType | undefined>;
  readonly usesNow: boolean;
}

/** Where and why a tree has no types. The parser turns the node into a position, JSON into a path. */
export class TypeProblem {
  readonly node: Node;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(node: Node, details: Readonly<Record<string, unknown>>) {
    this.node = node;
    this.details = details;
  }

  /** @param place where the node is, added to the facts */
  fault(place: Readonly<Record<string, unknown>> = {}): Fault {
    const code = 'unknownField' in this.details ? 'EXPR_FIELD' : 'EXPR_TYPE';
    return new Fault(code, { ...this.details, ...place });
  }
}

/** A set of types shared by all nodes that must agree: union-find with path halving. */
interface Cell {
  parent: Cell | undefined;
  mask: TypeMask;
}

interface Pending {
  readonly node: CallNode;
  candidates: readonly Signature[];
}

/** @throws Fault EXPR_TYPE, or EXPR_FIELD for a field that the schema does not name */
export function infer(root: Node, schema?: Schema, others: 'refused' | 'open' = 'refused'): Typing {
  const result = inferAt(root, schema, others);
  if (result instanceof TypeProblem) throw result.fault();
  return result;
}

/**
 * @param schema types of the fields
 * @param others what becomes of fields that the schema does not name
 */
export function inferAt(
  root: Node,
  schema?: Schema,
  others: 'refused' | 'open' = 'refused',
): Typing | TypeProblem {
  const run = new Inference(schema, others);
  try {
    run.visit(root);
    run.solve();
  } catch (thrown) {
    if (run.problem !== undefined) return run.problem;
    throw thrown;
  }
  return run.typing();
}

class Inference {
  readonly #schema: Schema | undefined;
  readonly #others: 'refused' | 'open';
  readonly #cells = new Map<Node, Cell>();
  readonly #fields = new Map<string, Cell>();
  #pending: Pending[] = [];
  /** Why the inference ended early. */
  problem: TypeProblem | undefined;
  #usesNow = false;
  #narrowed = false;

  constructor(schema: Schema | undefined, others: 'refused' | 'open') {
    this.#schema = schema;
    this.#others = others;
  }

  visit(node: Node): Cell {
    const known = this.#cells.get(node);
    if (known !== undefined) return known;
    const cell = this.#cellOf(node);
    this.#cells.set(node, cell);
    if (node.kind === 'call') this.#visitCall(node);
    return cell;
  }

  solve(): void {
    while (this.#pending.length > 0) {
      const before = this.#pending.length;
      this.#narrowed = false;
      this.#pending = this.#pending.filter((pending) => !this.#settle(pending));
      if (this.#hasNarrowed() || this.#pending.length < before) continue;
      const [first, ...others] = this.#pending;
      this.#pending = others;
      const chosen = first?.candidates[0];
      if (first !== undefined && chosen !== undefined) this.#apply(first.node, chosen);
    }
  }

  typing(): Typing {
    const maskAt = (node: Node): TypeMask => {
      const cell = this.#cells.get(node);
      return cell === undefined ? ANY_TYPE : find(cell).mask;
    };
    const fields = new Map(
      [...this.#fields].map(([name, cell]) => [name, typeOf(find(cell).mask)]),
    );
    return {
      maskOf: maskAt,
      typeOf: (node) => typeOf(maskAt(node)),
      fields,
      usesNow: this.#usesNow,
    };
  }

  #failed(problem: TypeProblem): Fault {
    this.problem = problem;
    return problem.fault();
  }

  #cellOf(node: Node): Cell {
    if (node.kind === 'constant') return { parent: undefined, mask: constantMask(node) };
    if (node.kind === 'call') return { parent: undefined, mask: ANY_TYPE };
    const known = this.#fields.get(node.name);
    if (known !== undefined) return known;
    const cell = { parent: undefined, mask: this.#fieldMask(node.name, node) };
    this.#fields.set(node.name, cell);
    return cell;
  }

  #fieldMask(name: string, node: Node): TypeMask {
    if (this.#schema === undefined) return ANY_TYPE;
    const spec = fieldSpec(this.#schema, name);
    if (spec === undefined) {
      if (this.#others === 'open') return ANY_TYPE;
      throw this.#failed(
        new TypeProblem(node, { unknownField: name, expected: Object.keys(this.#schema) }),
      );
    }
    return maskOf(spec.type);
  }

  #visitCall(node: CallNode): void {
    for (const arg of node.args) this.visit(arg);
    if (node.name === 'now') this.#usesNow = true;
    const row = functionNamed(node.name);
    const candidates = row.signatures.filter((one) => accepts(one, node.args.length));
    if (candidates.length === 0) {
      throw this.#failed(
        new TypeProblem(node, {
          function: row.name,
          expected: row.signatures.map((one) => one.text).join(', or '),
          found: `${node.args.length} arguments`,
        }),
      );
    }
    const wanted = row.checkArguments?.(node.args.map(constantOf));
    if (wanted !== undefined)
      throw this.#failed(new TypeProblem(node, { function: row.name, expected: wanted }));
    const [only] = candidates;
    if (candidates.length === 1 && only !== undefined) this.#apply(node, only);
    else this.#pending.push({ node, candidates });
  }

  #hasNarrowed(): boolean {
    return this.#narrowed;
  }

  /** Drops the signatures that do not fit; true when the call is decided. */
  #settle(pending: Pending): boolean {
    const { node } = pending;
    const left = pending.candidates.filter((one) => this.#fits(node, one));
    if (left.length === 0) throw this.#failed(this.#mismatch(node, pending.candidates));
    pending.candidates = left;
    const [only] = left;
    if (left.length > 1 || only === undefined) {
      this.#narrow(
        node,
        left.map((one) => one.result),
      );
      node.args.forEach((arg, i) => {
        this.#narrow(
          arg,
          left.map((one) => slotAt(one, i)),
        );
      });
      return false;
    }
    this.#apply(node, only);
    return true;
  }

  /** While several signatures are left, a type is at least one that some of them has there. */
  #narrow(at: Node, slots: readonly Slot[]): void {
    const cell = find(this.visit(at));
    const possible = slots.reduce((all, slot) => all | (slot === 'same' ? ANY_TYPE : slot.only), 0);
    if ((cell.mask & ~possible) === 0) return;
    cell.mask &= possible;
    this.#narrowed = true;
  }

  /** Whether the call could have this signature, given what its arguments and its result can be. */
  #fits(node: CallNode, one: Signature): boolean {
    const masks = new Map<Cell, TypeMask>();
    const places: [Slot, Node][] = node.args.map((arg, i) => [slotAt(one, i), arg]);
    return [...places, [one.result, node] as const].every(([slot, at]) => {
      const cell = find(this.visit(at));
      // A field that stands in two places must fit both.
      const mask = (masks.get(cell) ?? cell.mask) & (slot === 'same' ? one.same : slot.only);
      masks.set(cell, mask);
      return mask !== 0;
    });
  }

  #apply(node: CallNode, one: Signature): void {
    const same: Cell = { parent: undefined, mask: one.same };
    const cellOf = (slot: Slot): Cell =>
      slot === 'same' ? same : { parent: undefined, mask: slot.only };
    node.args.forEach((arg, i) => {
      this.#unify(cellOf(slotAt(one, i)), arg, node);
    });
    this.#unify(cellOf(one.result), node, node);
  }

  /** `at` must have a type of `wanted`, and from now on the same one. */
  #unify(wanted: Cell, at: Node, call: CallNode): void {
    const a = find(wanted);
    const b = find(this.visit(at));
    if (a === b) return;
    const mask = a.mask & b.mask;
    if (mask === 0) throw this.#failed(mismatched(at, call, a.mask, b.mask));
    b.parent = a;
    a.mask = mask;
  }

  /** The first argument that fits none of the signatures that the ones before it leave. */
  #mismatch(node: CallNode, candidates: readonly Signature[]): TypeProblem {
    let left = candidates;
    for (const [i, arg] of node.args.entries()) {
      const { mask } = find(this.visit(arg));
      const slots = left.map((one) => slotAt(one, i));
      const expected = slots.reduce(
        (all, slot) => all | (slot === 'same' ? ANY_TYPE : slot.only),
        0,
      );
      if ((expected & mask) === 0) return mismatched(arg, node, expected, mask);
      left = left.filter((one) => {
        const slot = slotAt(one, i);
        return slot === 'same' || (slot.only & mask) !== 0;
      });
    }
    return new TypeProblem(node, {
      function: node.name,
      expected: candidates.map((one) => one.text).join(', or '),
      found: node.args.map((arg) => describeMask(find(this.visit(arg)).mask)).join(', '),
    });
  }
}

function mismatched(at: Node, call: CallNode, expected: TypeMask, found: TypeMask): TypeProblem {
  const field = at.kind === 'field' ? `, the field ${at.name}` : '';
  return new TypeProblem(at, {
    function: call.name,
    expected: describeMask(expected),
    found: `${describeMask(found)}${field}`,
  });
}

function find(cell: Cell): Cell {
  let at = cell;
  while (at.parent !== undefined) {
    at.parent = at.parent.parent ?? at.parent;
    at = at.parent;
  }
  return at;
}

function constantMask(node: ConstantNode): TypeMask {
  if (node.value === null) return ANY_TYPE;
  return maskOf(node.unit ?? (typeof node.value as 'number' | 'string' | 'boolean'));
}

function constantOf(node: Node): Value | undefined {
  return node.kind === 'constant' ? node.value : undefined;
}
