/**
 * What the registry knows of a column. The definitions are data, contracts/columns, and reach the
 * code as the generated `COLUMNS`; a topic, a store entity and a live table that name a column mean
 * the same thing by it.
 */
export const COLUMN_TYPES = [
  'string',
  'double',
  'integer',
  'bigint',
  'decimal',
  'boolean',
  'timestamp',
  'bytes',
  'list',
  'record',
] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export const ITEM_TYPES = ['string', 'integer', 'double', 'record'] as const;
export type ItemType = (typeof ITEM_TYPES)[number];

export const ROLES = ['dimension', 'measure', 'attribute'] as const;
export type Role = (typeof ROLES)[number];

export const AGGREGATIONS = ['sum', 'avg', 'last', 'min', 'max', 'count', 'weighted_avg'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export const SENSITIVITIES = ['public', 'internal', 'confidential', 'pii'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

export interface ColumnDefinition {
  readonly name: string;
  /** The file of contracts/columns that holds it. */
  readonly module: string;

  readonly type: ColumnType;
  /** Of a list. */
  readonly items?: ItemType;
  /** Digits after the point of a decimal. */
  readonly scale?: number;
  /** False unless it is said. */
  readonly nullable?: boolean;
  readonly default?: string | number | boolean;

  readonly enum?: readonly string[];
  /** Inclusive. */
  readonly minValue?: number;
  /** Inclusive. */
  readonly maxValue?: number;
  /** Code points. */
  readonly maxLength?: number;
  /** Source of a regular expression that the whole text must match. */
  readonly pattern?: string;

  readonly description: string;
  /** Other names that people use; each leads to one column only. */
  readonly synonyms?: readonly string[];
  readonly sampleValues?: readonly (string | number | boolean)[];
  readonly semanticType?: string;

  readonly role: Role;
  readonly aggregation?: Aggregation;
  /** Every measure has one. */
  readonly unit?: string;

  readonly displayName?: string;
  /** In the format language of d3-format and Python: `,.2f`. */
  readonly format?: string;
  readonly category?: string;

  /** Public unless it is said. */
  readonly sensitivity?: Sensitivity;
  readonly deprecated?: boolean;
  readonly tags?: readonly string[];

  /** Where it differs from the type's own, see LAYER_TYPES. */
  readonly legendType?: string;
  /** Where it differs from the type's own, see LAYER_TYPES. */
  readonly viewType?: string;
  /** Our value to the one that the contracts use for it. */
  readonly contractValues?: Readonly<Record<string, string>>;

  /** With the prefix `trader`, `name` is also the column `trader_name`. */
  readonly allowedPrefixes?: readonly string[];
}

/** How each layer names a column type. */
export const LAYER_TYPES: Readonly<
  Record<ColumnType, { postgres: string; legend: string; view: string; avro: readonly string[] }>
> = {
  string: { postgres: 'text', legend: 'String', view: 'string', avro: ['string', 'enum'] },
  // A contract may carry a number more exactly than the column needs it, never less.
  double: { postgres: 'float8', legend: 'Float', view: 'double', avro: ['double', 'decimal'] },
  integer: { postgres: 'bigint', legend: 'Integer', view: 'long', avro: ['int', 'long'] },
  bigint: { postgres: 'bigint', legend: 'Integer', view: 'long', avro: ['long'] },
  decimal: { postgres: 'numeric', legend: 'Decimal', view: 'double', avro: ['decimal'] },
  boolean: { postgres: 'boolean', legend: 'Boolean', view: 'boolean', avro: ['boolean'] },
  timestamp: {
    postgres: 'timestamptz',
    legend: 'DateTime',
    view: 'timestamp',
    avro: ['timestamp-micros'],
  },
  bytes: { postgres: 'bytea', legend: 'Binary', view: 'string', avro: ['bytes'] },
  list: { postgres: 'jsonb', legend: 'Any', view: 'string', avro: ['array'] },
  record: { postgres: 'jsonb', legend: 'Any', view: 'string', avro: ['record'] },
};

/** The name that people read: the one given, or the column's own in capitals. */
export function displayNameOf(definition: Pick<ColumnDefinition, 'name' | 'displayName'>): string {
  if (definition.displayName !== undefined) return definition.displayName;
  const words = definition.name.split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
