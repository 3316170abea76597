import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readContracts } from './avro-shapes.ts';
import { renderCodecs } from './codecs.ts';
import { renderColumns } from './columns.ts';
import { renderErrors } from './errors.ts';
import { renderInstruments } from './instruments.ts';
import { renderSchemas } from './schemas.ts';
import { renderShapes } from './shapes.ts';
import { readTopics } from './topics-file.ts';
import { renderTopics } from './topics.ts';
import { renderTypes } from './types.ts';

/** Every generated file, by its path from the repository's root. */
export function generate(root: string): Map<string, string> {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const readAll = (folder: string, extension: string): Map<string, string> =>
    new Map(
      readdirSync(join(root, folder))
        .filter((file) => file.endsWith(extension))
        .sort()
        .map((file) => [file, read(`${folder}/${file}`)]),
    );
  const contracts = readContracts(readAll('contracts/avro', '.avsc'));
  const topics = readTopics(read('contracts/topics.yaml'));
  const instruments = readAll('contracts/instruments', '.yaml');
  return new Map([
    ['libs/kernel/src/gen/errors.ts', renderErrors(read('contracts/errors.yaml'))],
    ['libs/contracts/src/gen/types.ts', renderTypes(contracts)],
    ['libs/contracts/src/gen/codecs.ts', renderCodecs(contracts)],
    ['libs/contracts/src/gen/schemas.ts', renderSchemas(contracts)],
    ['libs/contracts/src/gen/shapes.ts', renderShapes(contracts)],
    ['libs/contracts/src/gen/topics.ts', renderTopics(topics, contracts)],
    ['libs/contracts/src/gen/instruments.ts', renderInstruments(instruments, contracts)],
    ...renderColumns(readAll('contracts/columns', '.yaml')),
  ]);
}
