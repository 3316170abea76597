import { assert } from '@tickmesh/kernel';
import { VALUE_TYPES, type ValueType } from './types.ts';

/** A set of value types, a bit each in the order of VALUE_TYPES. */
export type TypeMask = number;

const MASKS = Object.fromEntries(VALUE_TYPES.map((type, i) => [type, 1 << i])) as Record<
  ValueType,
  TypeMask
>;

export const ANY_TYPE: TypeMask = (1 << VALUE_TYPES.length) - 1;
/** Types with an order: all but boolean. */
export const ORDERED_TYPE: TypeMask = ANY_TYPE & ~MASKS.boolean;

export function maskOf(type: ValueType): TypeMask {
  return MASKS[type];
}

/** The one type of the set, undefined while it holds several. */
export function typeOf(mask: TypeMask): ValueType | undefined {
  return VALUE_TYPES.find((type) => MASKS[type] === mask);
}

/** `number`, `number or string`, `any type`: for error texts. */
export function describeMask(mask: TypeMask): string {
  if (mask === ANY_TYPE) return 'any type';
  const names = VALUE_TYPES.filter((type) => (MASKS[type] & mask) !== 0);
  return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A parameter or result: a fixed type, or the type that the call's other `same` slots have. */
export type Slot = { readonly only: TypeMask } | 'same';

/** One way to call a function. */
export interface Signature {
  /** As declared, `T, T... -> boolean`. */
  readonly text: string;
  readonly parameters: readonly Slot[];
  /** Further arguments, any number of them (none included); undefined when there are none. */
  readonly rest: Slot | undefined;
  readonly result: Slot;
  /** What the `same` slots may be. */
  readonly same: TypeMask;
}

/**
 * Reads a declaration such as `number, number -> number` or `T, T... -> boolean where T is ordered`.
 * T is one type for the whole call; `T...` is any number of further arguments.
 */
export function signature(text: string): Signature {
  const [left = '', right = ''] = text.split('-> ').map((side) => side.trim());
  const [result = '', condition] = right.split(' where T is ');
  const names = left === '' ? [] : left.split(', ');
  const last = names.at(-1);
  const rest = last?.endsWith('...') === true ? slot(last.slice(0, -3)) : undefined;
  return {
    text,
    parameters: (rest === undefined ? names : names.slice(0, -1)).map(slot),
    rest,
    result: slot(result),
    same: condition === 'ordered' ? ORDERED_TYPE : ANY_TYPE,
  };
}

export function accepts(one: Signature, count: number): boolean {
  return (
    count === one.parameters.length || (count > one.parameters.length && one.rest !== undefined)
  );
}

/** The slot of the argument at `index`. */
export function slotAt(one: Signature, index: number): Slot {
  const found = one.parameters[index] ?? one.rest;
  assert(found !== undefined, 'A signature is asked only for arguments that it accepts');
  return found;
}

function slot(name: string): Slot {
  if (name === 'T') return 'same';
  assert(name in MASKS, 'A signature names a value type or T');
  return { only: MASKS[name as ValueType] };
}
