import type { Expression } from '@tickmesh/expr';
import { Fault } from '@tickmesh/kernel';
import { type Cell, type Readable, cell, derived } from './cell.ts';
import { Failure, unwrap } from './value.ts';

/** Reads a field or a computed value of the same node; a computation depends on what it read. */
export type Read = (name: string) => unknown;

/** A computation in code. */
export type Compute = (read: Read) => unknown;

/** What the cells of a node hold once it is untracked: whoever reads it looks the node up again. */
export const GONE = Symbol('gone');

/** A tracked object: its fields, and what is computed from them. */
export class GraphNode {
  readonly id: string;
  readonly #fields = new Map<string, Cell<unknown>>();
  readonly #definitions = new Map<string, Cell<Compute>>();
  readonly #reads = new Map<string, readonly string[]>();
  readonly #computed = new Map<string, Readable>();
  /** Counts definitions, so that whoever missed a name looks again. */
  readonly #structure = cell(0);

  constructor(id: string, fields: Readonly<Record<string, unknown>>) {
    this.id = id;
    for (const [name, value] of Object.entries(fields)) this.#fields.set(name, cell(value));
  }

  /** The field's cell. @throws Fault GRAPH_UNKNOWN */
  field(name: string): Cell<unknown> {
    const field = this.#fields.get(name);
    if (field === undefined) throw new Fault('GRAPH_UNKNOWN', { node: this.id, field: name });
    return field;
  }

  /** Undefined when there is no such name yet; the reader then depends on its coming. */
  find(name: string): Readable | undefined {
    const found = this.#fields.get(name) ?? this.#computed.get(name);
    if (found === undefined) this.#structure.read();
    return found;
  }

  /** A field or computed value. @throws Fault GRAPH_UNKNOWN */
  get(name: string): Readable {
    const found = this.find(name);
    if (found === undefined) throw new Fault('GRAPH_UNKNOWN', { node: this.id, name });
    return found;
  }

  /**
   * Defines a computed value, or defines it anew: whoever depends on it follows. An expression's fields
   * are fields and computed values of the node.
   * @param now read by expressions that ask for now()
   * @throws Fault ARGUMENT_INVALID when a field has the name, GRAPH_UNKNOWN when an expression names what
   *   is not there, GRAPH_CYCLE when it would come to depend on itself
   */
  define(name: string, definition: Expression | Compute, now: Cell<number>): void {
    if (this.#fields.has(name)) {
      throw new Fault('ARGUMENT_INVALID', { node: this.id, name, rule: 'not the name of a field' });
    }
    const isCode = typeof definition === 'function';
    const reads = isCode ? [] : [...definition.fields.keys()];
    for (const read of reads) if (read !== name) this.get(read);
    this.#refuseCycle(name, reads);
    const compute = isCode ? definition : expressionCompute(definition, reads, now);
    this.#reads.set(name, reads);
    const known = this.#definitions.get(name);
    if (known === undefined) this.#addComputed(name, compute);
    else known.set(compute);
    this.#structure.set(this.#structure.peek() + 1);
  }

  /** Makes everything that was read of the node stale. */
  release(): void {
    for (const field of this.#fields.values()) field.set(GONE);
    for (const definition of this.#definitions.values()) definition.set(() => GONE);
    this.#structure.set(this.#structure.peek() + 1);
  }

  /** Every field and computed value now. @throws Fault of the first that failed */
  snapshot(): Readonly<Record<string, unknown>> {
    this.#structure.read();
    const pairs = [...this.#fields, ...this.#computed].map(
      ([name, readable]) => [name, unwrap(readable.read())] as const,
    );
    return Object.fromEntries(pairs);
  }

  #addComputed(name: string, compute: Compute): void {
    const definition = cell(compute);
    const read: Read = (other) => {
      const outcome = this.get(other).read();
      // A circle ends the reading early; only a new definition can open it.
      if (outcome instanceof Failure && outcome.fault.code === 'GRAPH_CYCLE')
        this.#structure.read();
      return unwrap(outcome);
    };
    this.#definitions.set(name, definition);
    this.#computed.set(
      name,
      derived(() => definition.read()(read)),
    );
  }

  /** Expressions say what they read, so their circles show before anything runs. */
  #refuseCycle(name: string, reads: readonly string[]): void {
    const path = this.#pathTo(name, reads, new Set());
    if (path !== undefined)
      throw new Fault('GRAPH_CYCLE', { node: this.id, path: [name, ...path] });
  }

  #pathTo(target: string, reads: readonly string[], seen: Set<string>): string[] | undefined {
    for (const read of reads) {
      if (read === target) return [read];
      if (seen.has(read)) continue;
      seen.add(read);
      const rest = this.#pathTo(target, this.#reads.get(read) ?? [], seen);
      if (rest !== undefined) return [read, ...rest];
    }
    return undefined;
  }
}

function expressionCompute(
  expression: Expression,
  reads: readonly string[],
  now: Cell<number>,
): Compute {
  return (read) => {
    const row: Record<string, unknown> = {};
    for (const name of reads) row[name] = read(name);
    return expression.usesNow
      ? expression.evaluate(row, { now: now.read() })
      : expression.evaluate(row);
  };
}
