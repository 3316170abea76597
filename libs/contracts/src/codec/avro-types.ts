import avro from 'avsc';

/**
 * avsc's types for our schemas, with values as our own codecs give them: decimals and 64-bit
 * nanoseconds as bigint, times as numbers of microseconds. Used to resolve foreign writer schemas, and
 * by the tests as the second opinion on our codecs. Not for hot paths.
 */
export function avroTypeOf(schema: unknown): avro.Type {
  return avro.Type.forSchema(schema as avro.Schema, {
    logicalTypes: { decimal: DecimalType, 'timestamp-micros': MicrosType },
    wrapUnions: false,
    typeHook: (attributes) => (isBigLong(attributes) ? BIG_LONG : undefined),
  });
}

interface DecimalSchema {
  readonly precision: number;
  readonly scale?: number;
}

/** Bytes in two's complement to the unscaled integer. Another precision or scale does not resolve. */
class DecimalType extends avro.types.LogicalType {
  readonly precision: number;
  readonly scale: number;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const { precision, scale } = schema as unknown as DecimalSchema;
    this.precision = precision;
    this.scale = scale ?? 0;
  }

  override _fromValue(bytes: unknown): bigint {
    const buffer = bytes as Buffer;
    return BigInt.asIntN(buffer.length * 8, BigInt(`0x${buffer.toString('hex') || '0'}`));
  }

  override _toValue(units: unknown): Buffer | undefined {
    if (typeof units !== 'bigint') return undefined;
    let bytes = 1;
    while (BigInt.asIntN(bytes * 8, units) !== units) bytes += 1;
    const hex = BigInt.asUintN(bytes * 8, units).toString(16);
    return Buffer.from(hex.padStart(bytes * 2, '0'), 'hex');
  }

  override _resolve(type: avro.Type): unknown {
    if (!(type instanceof DecimalType)) return undefined;
    if (type.precision !== this.precision || type.scale !== this.scale) return undefined;
    return (units: bigint): bigint => units;
  }
}

/** Microseconds stay a number; a long of another meaning, milliseconds say, does not resolve. */
class MicrosType extends avro.types.LogicalType {
  override _fromValue(micros: unknown): unknown {
    return micros;
  }

  override _toValue(micros: unknown): unknown {
    return micros;
  }

  override _resolve(type: avro.Type): unknown {
    return type instanceof MicrosType ? (micros: number): number => micros : undefined;
  }
}

/** 64 bits, little-endian once avsc has unpacked the variable-length form. */
const BIG_LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: unknown) => BigInt(value as number),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (one: bigint, other: bigint) => (one < other ? -1 : Number(one > other)),
});

function isBigLong(attributes: unknown): boolean {
  if (typeof attributes !== 'object' || attributes === null) return false;
  const { type, representation } = attributes as Record<string, unknown>;
  return type === 'long' && representation === 'bigint';
}
