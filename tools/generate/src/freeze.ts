import { codecOf, fromJson, readerFor, type RecordName, toJson } from '@tickmesh/contracts';
import { readContracts } from './avro-shapes.ts';
import { repositoryAt } from './repository.ts';

const FOLDER = 'tests/data/contracts';

/**
 * The next version of every record whose schema has changed since its last frozen one: schema, golden
 * record as JSON, and its bytes. The golden record is the one before; edit it to use the new fields,
 * and freeze again. A frozen version is never edited once it has been released.
 */
export function freezeVersions(root: string): Map<string, string> {
  const repository = repositoryAt(root);
  const contracts = readContracts(repository.readAll('contracts/avro', '.avsc'));
  const frozen = repository.readAll(FOLDER, '');
  const files = new Map<string, string>();
  for (const [root, schema] of contracts.roots) {
    const name = root as RecordName;
    let version = 1;
    while (frozen.has(`${name}.v${version}.hex`)) version += 1;
    const latest = frozen.get(`${name}.v${version - 1}.avsc`);
    if (latest !== undefined && latest.trimEnd() === schema) continue;
    const json =
      frozen.get(`${name}.v${version}.json`) ?? frozen.get(`${name}.v${version - 1}.json`);
    if (json === undefined) throw new Error(`${FOLDER}: write ${name}.v1.json, a golden record`);
    const stem = `${FOLDER}/${name}.v${version}`;
    files.set(`${stem}.avsc`, `${schema}\n`);
    files.set(`${stem}.json`, json);
    files.set(`${stem}.hex`, `${bytesOf(name, schema, json)}\n`);
  }
  return files;
}

function bytesOf(name: RecordName, schema: string, json: string): string {
  const bytes = codecOf(name).encode(fromJson(name, json));
  const back = readerFor(schema, name).decode(bytes);
  if (toJson(name, back as never) !== toJson(name, fromJson(name, json) as never)) {
    throw new Error(`${name}: build first, the codec is of another schema`);
  }
  return bytes.toString('hex');
}
