import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cureKafkajs } from './kafkajs-cures.ts';

interface Encoder {
  readonly buffer: Buffer;
  writeVarInt(value: number): Encoder;
  writeUVarInt(value: number): Encoder;
  writeVarLong(value: number): Encoder;
}
interface Decoder {
  readVarInt(): number;
  readVarLong(): { toString(): string };
  readUVarInt(): number;
}
interface Protocol {
  readonly Encoder: (new () => Encoder) & { sizeOfVarLong(value: number): number };
  readonly Decoder: new (bytes: Buffer) => Decoder;
}

describe('The cures of kafkajs', () => {
  let protocol: Protocol;
  beforeAll(() => {
    cureKafkajs();
    const require = createRequire(import.meta.url);
    protocol = {
      Encoder: require('kafkajs/src/protocol/encoder') as Protocol['Encoder'],
      Decoder: require('kafkajs/src/protocol/decoder') as Protocol['Decoder'],
    };
  });

  it('write every variable-length number so that kafkajs reads the same one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const { Encoder, Decoder } = protocol;
        const encoder = new Encoder();
        for (const number of numbers) encoder.writeVarInt(number).writeVarLong(number);
        const decoder = new Decoder(encoder.buffer);
        for (const number of numbers) {
          expect(decoder.readVarInt()).toBe(number);
          expect(decoder.readVarLong().toString()).toBe(String(number));
        }
      }),
    );
  });

  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [150, 'ac02'],
    [2_147_483_647, 'feffffff0f'],
    [-2_147_483_648, 'ffffffff0f'],
  ])('write %d as the protocol says', (number, hex) => {
    expect(new protocol.Encoder().writeVarInt(number).buffer.toString('hex')).toBe(hex);
    expect(new protocol.Encoder().writeVarLong(number).buffer.toString('hex')).toBe(hex);
    const decoder = new protocol.Decoder(Buffer.from(hex, 'hex'));
    expect(decoder.readVarLong().toString()).toBe(String(number));
  });

  it('say the size that a time delta takes, also beyond 32 bits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger()), (delta) => {
        const { Encoder } = protocol;
        const { length } = new Encoder().writeVarLong(delta).buffer;
        expect(Encoder.sizeOfVarLong(delta)).toBe(length);
      }),
    );
  });

  it('are installed once, however often they are asked for', () => {
    const require = createRequire(import.meta.url);
    const group = require('kafkajs/src/consumer/consumerGroup') as {
      readonly prototype: { readonly joinAndSync: unknown };
    };
    const { joinAndSync } = group.prototype;
    cureKafkajs();
    expect(group.prototype.joinAndSync).toBe(joinAndSync);
  });
});
