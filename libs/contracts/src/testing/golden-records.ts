import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fromJson } from '../json/from-json.ts';
import type { RecordName, RecordTypes } from '../gen/types.ts';

const FOLDER = resolve(import.meta.dirname, '../../../../tests/data/contracts');

/** A schema version as it was frozen: its text, a record of it as JSON, and that record's bytes. */
export interface FrozenVersion {
  readonly name: RecordName;
  readonly version: number;
  readonly schema: string;
  readonly json: string;
  readonly bytes: Buffer;
}

/** Every frozen version, by record and number. */
export function frozenVersions(): FrozenVersion[] {
  const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8').trimEnd();
  return readdirSync(FOLDER)
    .flatMap((file) => {
      const match = /^(\w+)\.v(\d+)\.avsc$/.exec(file);
      return match === null ? [] : [{ stem: `${match[1]}.v${match[2]}`, match }];
    })
    .map(({ stem, match }) => ({
      name: match[1] as RecordName,
      version: Number(match[2]),
      schema: read(`${stem}.avsc`),
      json: read(`${stem}.json`),
      bytes: Buffer.from(read(`${stem}.hex`), 'hex'),
    }))
    .sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

/** The golden record of the newest version: a sound value with every field set that may be. */
export function goldenRecord<Name extends RecordName>(name: Name): RecordTypes[Name] {
  const newest = frozenVersions()
    .filter((frozen) => frozen.name === name)
    .at(-1);
  if (newest === undefined) throw new Error(`no golden record of ${name}`);
  return fromJson(name, newest.json);
}
