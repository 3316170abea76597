/**
 * One value over many nodes. Members that are not tracked, or do not have the value, do not count; they
 * do as soon as they are and have.
 */
import { type Readable, cell, derived } from './cell.ts';
import { GONE } from './node.ts';
import { unwrap } from './value.ts';

/** Values of the members, in the order they joined, to the value of the group. */
export type Reduce = (values: readonly unknown[]) => unknown;

export interface GroupOptions {
  readonly members?: Iterable<string>;
  /** The field or computed value of the members. */
  readonly value: string;
  readonly reduce: Reduce;
  /**
   * Whether reduce([...a, ...b]) equals reduce([reduce(a), reduce(b)]), as for a sum or a maximum. The
   * group is then kept in blocks, and a change costs two blocks of reads, not all members.
   */
  readonly isAssociative?: boolean;
}

/** Members a block: the square root of the largest groups that desks have. */
const BLOCK_MEMBERS_MAX = 100;

interface Member {
  readonly id: string;
  /** Where its value was found, so that a change of one member does not look all of them up. */
  found: Readable | undefined;
}

interface Block {
  readonly members: Map<string, Member>;
  readonly touch: () => void;
  readonly value: Readable;
}

/** Reads a value of a node by id: undefined where there is none, a dependency either way. */
export type FindValue = (node: string, name: string) => Readable | undefined;

export class Group implements Readable {
  readonly #options: GroupOptions;
  readonly #find: FindValue;
  readonly #blockOf = new Map<string, Block>();
  readonly #blocks = new Set<Block>();
  readonly #blockCount = cell(0);
  readonly #total: Readable;
  #open: Block | undefined;

  constructor(options: GroupOptions, find: FindValue) {
    this.#options = options;
    this.#find = find;
    for (const member of options.members ?? []) this.add(member);
    this.#total = derived(() => this.#reduceBlocks());
  }

  read(): unknown {
    return this.#total.read();
  }

  /** The ids, tracked or not, in the order they joined. */
  get members(): string[] {
    return [...this.#blockOf.keys()];
  }

  /** Nothing happens when it is one already. */
  add(member: string): void {
    if (this.#blockOf.has(member)) return;
    const block = this.#openBlock();
    block.members.set(member, { id: member, found: undefined });
    this.#blockOf.set(member, block);
    block.touch();
  }

  /** Nothing happens when it is none. */
  remove(member: string): void {
    const block = this.#blockOf.get(member);
    if (block === undefined) return;
    this.#blockOf.delete(member);
    block.members.delete(member);
    if (block.members.size === 0) this.#drop(block);
    else block.touch();
  }

  #openBlock(): Block {
    const { isAssociative } = this.#options;
    const isOpen = isAssociative !== true || (this.#open?.members.size ?? 0) < BLOCK_MEMBERS_MAX;
    if (this.#open !== undefined && isOpen) return this.#open;
    const members = new Map<string, Member>();
    const changes = cell(0);
    const value = derived(() => {
      changes.read();
      return this.#options.reduce(this.#valuesOf(members));
    });
    this.#open = { members, touch: () => changes.set(changes.peek() + 1), value };
    this.#blocks.add(this.#open);
    this.#countBlocks();
    return this.#open;
  }

  #drop(block: Block): void {
    this.#blocks.delete(block);
    if (this.#open === block) this.#open = undefined;
    this.#countBlocks();
  }

  /** Blocks come and go by whole members, so a count that changes is always a changed set. */
  #countBlocks(): void {
    this.#blockCount.set(this.#blockCount.peek() + 1);
  }

  #valuesOf(members: Map<string, Member>): unknown[] {
    const values: unknown[] = [];
    for (const member of members.values()) {
      let outcome = member.found === undefined ? GONE : member.found.read();
      if (outcome === GONE) {
        member.found = this.#find(member.id, this.#options.value);
        outcome = member.found === undefined ? GONE : member.found.read();
      }
      if (outcome !== GONE) values.push(unwrap(outcome));
    }
    return values;
  }

  #reduceBlocks(): unknown {
    this.#blockCount.read();
    const parts: unknown[] = [];
    for (const block of this.#blocks) parts.push(unwrap(block.value.read()));
    // Without associativity there is one block, and its value is the group's.
    if (this.#options.isAssociative !== true && parts.length === 1) return parts[0];
    return this.#options.reduce(parts);
  }
}
