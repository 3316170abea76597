import type { SqlValue, SqlCall } from '../sql-value.ts';
import type { Signature } from '../signature.ts';
import type { Row, Scalar, Value, ValueType } from '../types.ts';

/** Reads one value of a row. `now` is in microseconds, NaN when the evaluation was given none. */
export type Reader = (row: Row, now: number) => Value;

/**
 * How a call is computed in JavaScript. `strict` is given values that are not null and is not called
 * when one is; a result that is not finite becomes null. `lazy` is given readers and decides itself.
 */
export type Evaluation =
  | { readonly kind: 'strict'; readonly apply: StrictFunction }
  | { readonly kind: 'lazy'; readonly build: (args: readonly Reader[]) => Reader };

export type StrictFunction = (...args: Scalar[]) => Value;

/**
 * Kernel code over numbers, for calls whose arguments and result are numbers, timestamps or durations.
 * A number that is null is NaN. Other calls need no code: the kernel calls `evaluate`.
 */
export interface NumberKernel {
  /** JavaScript over argument texts, which are names or literals. */
  readonly code: (args: readonly string[]) => string;
  /**
   * Which arguments must be null rather than infinite before the code runs: `1 / Infinity` would
   * bring an overflow back as 0, whereas `Infinity + 1` keeps it visible.
   */
  readonly settles: 'all' | 'none' | 'second';
  /** True when finite arguments cannot give an infinite result. */
  readonly finite: boolean;
}

/** How a call is written in the reference's JSON. */
export type JsonForm =
  | { readonly type: 'BinOp' | 'UnaryOp' | 'StrOp'; readonly op: string }
  | { readonly type: 'Func' | 'If' | 'Coalesce' | 'IsNull' };

export type FunctionGroup =
  | 'Arithmetic'
  | 'Comparison'
  | 'Logic and nulls'
  | 'Numbers'
  | 'Text'
  | 'Time'
  | 'Casts'
  | 'Pricing';

/** One row of the function table: everything the language knows of a function. */
export interface FunctionDefinition {
  /** The name in the tree, and in the text when it is called by name. */
  readonly name: string;
  /** The operator in the text: `+`, `and`. */
  readonly operator?: string;
  /** Other names accepted in the text. */
  readonly aliases?: readonly string[];
  readonly group: FunctionGroup;
  readonly json: JsonForm;
  readonly signatures: readonly Signature[];
  /** One sentence for the reference page. */
  readonly doc: string;
  /** What null arguments do; `null when an argument is` unless stated. */
  readonly nulls?: string;
  /** An expression in text and what it gives, for the reference page; its spec runs it. */
  readonly example: readonly [text: string, value: Value];
  readonly evaluate: Evaluation;
  readonly kernel?: NumberKernel;
  readonly sql: (args: readonly SqlValue[], call: SqlCall) => SqlValue;
  /** Pure text, given the texts and types of the arguments; absent where Pure has no such function. */
  readonly pure?: (args: readonly string[], types: readonly ValueType[]) => string;
  /** Refuses constants that no value of the type makes valid, such as a pattern; says what is expected. */
  readonly checkArguments?: (constants: readonly (Value | undefined)[]) => string | undefined;
}
