import type { RecordTypes } from './gen/types.ts';

/** What a field holds, as data. The same subset of Avro that the generator accepts. */
export type Shape =
  | { readonly kind: 'boolean' | 'int' | 'long' | 'bigint' | 'micros' | 'double' }
  | { readonly kind: 'string' | 'bytes' }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'record'; readonly name: keyof RecordTypes }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'nullable'; readonly inner: Shape };

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  /** Absent: the field is required. */
  readonly defaultValue?: unknown;
}
