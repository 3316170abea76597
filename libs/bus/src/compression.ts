/** zstd for kafkajs by the codec that Node ships: no native package, no download. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { BusKafkaConfig } from './config.ts';

/** On tick data level 1 is within a few percent of level 3 in size and much faster. */
const LEVEL = 1;
/** A batch unpacks to at most this: a small hostile record cannot fill the memory. */
const UNPACKED_BYTES_MAX = 128 * 1024 * 1024;

/** What kafkajs hands to a codec: an encoder that holds the bytes. */
interface EncodedRecords {
  readonly buffer: Buffer;
}

const zstd = {
  compress: (records: EncodedRecords): Promise<Buffer> =>
    Promise.resolve(
      zstdCompressSync(records.buffer, {
        params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
      }),
    ),
  decompress: (packed: Buffer): Promise<Buffer> =>
    Promise.resolve(zstdDecompressSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX })),
};

export function installZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => zstd;
}

export function compressionType(name: BusKafkaConfig['compression']): kafkajs.CompressionTypes {
  switch (name) {
    case 'zstd':
      return kafkajs.CompressionTypes.ZSTD;
    case 'gzip':
      return kafkajs.CompressionTypes.GZIP;
    case 'none':
      return kafkajs.CompressionTypes.None;
  }
}
