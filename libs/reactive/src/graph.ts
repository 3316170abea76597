import type { Expression } from '@tickmesh/expr';
import { Fault } from '@tickmesh/kernel';
import { type Cell, type Readable, cell, derived, observe } from './cell.ts';
import { Group, type GroupOptions } from './group.ts';
import { type Compute, GraphNode } from './node.ts';
import { type Observer, Schedule } from './schedule.ts';
import { Failure, sameValue, unwrap } from './value.ts';

/** What an effect is told: the value, and the one it was told before. */
export type Callback<Value = unknown> = (value: Value, before: Value | undefined) => void;

/** Ends an effect; ending it twice does nothing. */
export type Stop = () => void;

/** Reads values of any node, and values over nodes by name. */
export interface Reader {
  /** @throws Fault GRAPH_UNKNOWN, or the fault of the computation */
  value(node: string, name: string): unknown;
  /** A group or derived value. @throws Fault GRAPH_UNKNOWN, or the fault of the computation */
  total(name: string): unknown;
}

export interface GraphOptions {
  /** Told of computations that failed under an effect, of callbacks that threw, of runaway feedback. */
  readonly onFault: (fault: Fault) => void;
}

/** How an effect differs from the usual. */
interface ObserverOptions {
  /** Not called at once with the value there is, only from the first change on. */
  readonly isChangesOnly?: boolean;
  /** Called when every other effect has settled. */
  readonly isLast?: boolean;
}

/**
 * Objects whose values follow from each other. Everything is synchronous: when a write or a batch returns,
 * every effect that had to run has run, once, in the order the effects were made.
 *
 * Values are compared by value and must not be mutated in place. Names: a node's fields and computed
 * values share one space, groups and derived values another.
 */
export class ReactiveGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #totals = new Map<string, Readable>();
  readonly #effects = new Map<object, Set<Stop>>();
  /** Count arrivals, so that whoever missed a node or a total looks again. */
  readonly #nodeArrivals = cell(0);
  readonly #totalArrivals = cell(0);
  readonly #now = cell(NaN);
  readonly #schedule: Schedule;
  readonly #onFault: (fault: Fault) => void;
  /** Take back the field writes of the batch that runs. */
  #undo: (() => void)[] | undefined;
  #order = 0;

  constructor(options: GraphOptions) {
    this.#onFault = options.onFault;
    this.#schedule = new Schedule(options.onFault);
  }

  /** Ids of the nodes, in the order they were tracked. */
  get nodes(): string[] {
    return [...this.#nodes.keys()];
  }

  /**
   * Takes an object into the graph, by its values; later changes come through `update`.
   * @throws Fault ARGUMENT_INVALID when the id is taken
   */
  track(id: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#nodes.has(id)) throw new Fault('ARGUMENT_INVALID', { node: id, rule: 'unique' });
    this.#nodes.set(id, new GraphNode(id, fields));
    this.batch(() => this.#nodeArrivals.set(this.#nodeArrivals.peek() + 1));
  }

  /** Ends the node's effects and takes it out of every group's value. Nothing happens when it is unknown. */
  untrack(id: string): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    this.#stopEffects(node);
    this.#nodes.delete(id);
    this.batch(() => node.release());
  }

  /**
   * Defines a computed value of a node, or defines it anew; effects on it stay.
   * @throws Fault as GraphNode.define
   */
  computed(node: string, name: string, definition: Expression | Compute): void {
    this.batch(() => this.#node(node).define(name, definition, this.#now));
  }

  /**
   * The time that expressions get for now(), microseconds since the epoch: the graph reads no clock. Those
   * that ask for it follow; until it is first set, they fail.
   */
  setNow(micros: number): void {
    this.batch(() => this.#now.set(micros));
  }

  /** @throws Fault GRAPH_UNKNOWN */
  update(node: string, field: string, value: unknown): void {
    const target = this.#node(node).field(field);
    this.batch(() => this.#write(target, value));
  }

  /** Several fields at once. @throws Fault GRAPH_UNKNOWN, and then none is changed */
  updateAll(node: string, values: Readonly<Record<string, unknown>>): void {
    const target = this.#node(node);
    const writes = Object.entries(values).map(
      ([field, value]) => [target.field(field), value] as const,
    );
    this.batch(() => {
      for (const [field, value] of writes) this.#write(field, value);
    });
  }

  /**
   * Writes of any nodes as one change: effects see all of it or, when `act` throws, nothing; its field
   * writes are then taken back. Batches nest; the outermost decides.
   */
  batch<Result>(act: () => Result): Result {
    if (this.#undo !== undefined) return act();
    const undo: (() => void)[] = [];
    this.#undo = undo;
    return this.#schedule.batch(() => {
      try {
        return act();
      } catch (thrown) {
        for (const restore of undo.reverse()) restore();
        throw thrown;
      } finally {
        this.#undo = undefined;
      }
    });
  }

  /** A field or computed value. @throws Fault GRAPH_UNKNOWN, or the fault of the computation */
  get(node: string, name: string): unknown {
    return unwrap(this.#node(node).get(name).read());
  }

  /** Every field and computed value of a node. @throws Fault as `get` */
  snapshot(node: string): Readonly<Record<string, unknown>> {
    return this.#node(node).snapshot();
  }

  /**
   * Calls back with a field or computed value: at once, and after every batch that changed it. Any number
   * of effects may watch one value.
   * @throws Fault GRAPH_UNKNOWN
   */
  effect(node: string, name: string, callback: Callback): Stop {
    const owner = this.#node(node);
    return this.#observe(owner, owner.get(name), callback);
  }

  /**
   * Calls back with the whole node after every batch that changed any of it, when all other effects have
   * settled; values defined later are part of it.
   * @throws Fault GRAPH_UNKNOWN
   */
  watch(node: string, callback: Callback<Readonly<Record<string, unknown>>>): Stop {
    const owner = this.#node(node);
    const whole = derived(() => owner.snapshot());
    const options = { isChangesOnly: true, isLast: true };
    return this.#observe(owner, whole, callback as Callback, options);
  }

  /** One value over many nodes. @throws Fault ARGUMENT_INVALID when the name is taken */
  group(name: string, options: GroupOptions): void {
    this.#addTotal(name, new Group(options, (node, value) => this.#find(node, value)));
  }

  /** A value from any nodes, groups and derived values. @throws Fault ARGUMENT_INVALID when the name is taken */
  derive(name: string, compute: (read: Reader) => unknown): void {
    const reader: Reader = {
      value: (node, value) =>
        unwrap(this.#required(this.#find(node, value), { node, value }).read()),
      total: (total) => unwrap(this.#required(this.#findTotal(total), { total }).read()),
    };
    this.#addTotal(
      name,
      derived(() => compute(reader)),
    );
  }

  /** A group or derived value. @throws Fault GRAPH_UNKNOWN, or the fault of the computation */
  total(name: string): unknown {
    return unwrap(this.#required(this.#totals.get(name), { total: name }).read());
  }

  /** As `effect`, for a group or derived value. @throws Fault GRAPH_UNKNOWN */
  totalEffect(name: string, callback: Callback): Stop {
    const total = this.#required(this.#totals.get(name), { total: name });
    return this.#observe(total, total, callback);
  }

  /** A node that is not tracked yet counts from the moment it is. @throws Fault GRAPH_UNKNOWN */
  addToGroup(name: string, node: string): void {
    const group = this.#group(name);
    this.batch(() => group.add(node));
  }

  /** @throws Fault GRAPH_UNKNOWN */
  removeFromGroup(name: string, node: string): void {
    const group = this.#group(name);
    this.batch(() => group.remove(node));
  }

  /** @throws Fault GRAPH_UNKNOWN */
  membersOf(name: string): string[] {
    return this.#group(name).members;
  }

  /** Ends a group or derived value and its effects. Nothing happens when it is unknown. */
  removeTotal(name: string): void {
    const total = this.#totals.get(name);
    if (total === undefined) return;
    this.#stopEffects(total);
    this.#totals.delete(name);
    this.batch(() => this.#totalArrivals.set(this.#totalArrivals.peek() + 1));
  }

  #write(field: Cell<unknown>, value: unknown): void {
    const before = field.peek();
    this.#undo?.push(() => field.set(before));
    field.set(value);
  }

  #node(id: string): GraphNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Fault('GRAPH_UNKNOWN', { node: id });
    return node;
  }

  #group(name: string): Group {
    const total = this.#totals.get(name);
    if (!(total instanceof Group)) throw new Fault('GRAPH_UNKNOWN', { group: name });
    return total;
  }

  #find(id: string, name: string): Readable | undefined {
    const node = this.#nodes.get(id);
    if (node === undefined) this.#nodeArrivals.read();
    return node?.find(name);
  }

  #findTotal(name: string): Readable | undefined {
    // Also when it is there: its removal counts as an arrival.
    this.#totalArrivals.read();
    return this.#totals.get(name);
  }

  #required(found: Readable | undefined, sought: Readonly<Record<string, string>>): Readable {
    if (found === undefined) throw new Fault('GRAPH_UNKNOWN', sought);
    return found;
  }

  #addTotal(name: string, total: Readable): void {
    if (this.#totals.has(name))
      throw new Fault('ARGUMENT_INVALID', { total: name, rule: 'unique' });
    this.#totals.set(name, total);
    this.batch(() => this.#totalArrivals.set(this.#totalArrivals.peek() + 1));
  }

  #observe(owner: object, of: Readable, callback: Callback, options: ObserverOptions = {}): Stop {
    let told: unknown = options.isChangesOnly === true ? of.read() : NOTHING;
    const observer: Observer = {
      order: this.#order++,
      isLast: options.isLast ?? false,
      run: () => {
        const outcome = of.read();
        if (sameValue(outcome, told)) return;
        const before = told === NOTHING || told instanceof Failure ? undefined : told;
        told = outcome;
        this.#tell(outcome, before, callback);
      },
    };
    const unobserve = this.#schedule.batch(() => observe(of, () => this.#schedule.add(observer)));
    const stop: Stop = () => {
      unobserve();
      this.#schedule.remove(observer);
      this.#effects.get(owner)?.delete(stop);
    };
    const stops = this.#effects.get(owner) ?? new Set();
    this.#effects.set(owner, stops.add(stop));
    return stop;
  }

  /** A failure, of the value or of the callback, must not keep the other effects from running. */
  #tell(outcome: unknown, before: unknown, callback: Callback): void {
    try {
      callback(unwrap(outcome), before);
    } catch (thrown) {
      this.#onFault(new Failure(thrown).fault);
    }
  }

  #stopEffects(owner: object): void {
    for (const stop of this.#effects.get(owner) ?? []) stop();
    this.#effects.delete(owner);
  }
}

const NOTHING = Symbol('nothing told yet');
