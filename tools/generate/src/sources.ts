import { readContracts } from './avro-shapes.ts';
import { renderCodecs } from './codecs.ts';
import { renderColumns } from './columns.ts';
import { renderErrors } from './errors.ts';
import { renderInstruments } from './instruments.ts';
import { repositoryAt } from './repository.ts';
import { renderRights } from './rights.ts';
import { renderSchemas } from './schemas.ts';
import { renderShapes } from './shapes.ts';
import { readTopics } from './topics-file.ts';
import { renderTopics } from './topics.ts';
import { renderTypes } from './types.ts';

/** The generated modules. They need nothing that is itself generated, so that a stale one can be mended. */
export function generateSources(root: string): Map<string, string> {
  const { read, readAll } = repositoryAt(root);
  const contracts = readContracts(readAll('contracts/avro', '.avsc'));
  const topics = readTopics(read('contracts/topics.yaml'));
  const instruments = readAll('contracts/instruments', '.yaml');
  return new Map([
    ['libs/kernel/src/gen/errors.ts', renderErrors(read('contracts/errors.yaml'))],
    ['libs/contracts/src/gen/rights.ts', renderRights(read('contracts/rights.yaml'))],
    ['libs/contracts/src/gen/types.ts', renderTypes(contracts)],
    ['libs/contracts/src/gen/codecs.ts', renderCodecs(contracts)],
    ['libs/contracts/src/gen/schemas.ts', renderSchemas(contracts)],
    ['libs/contracts/src/gen/shapes.ts', renderShapes(contracts)],
    ['libs/contracts/src/gen/topics.ts', renderTopics(topics, contracts)],
    ['libs/contracts/src/gen/instruments.ts', renderInstruments(instruments, contracts)],
    ...renderColumns(readAll('contracts/columns', '.yaml')),
  ]);
}
