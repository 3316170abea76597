import { loadDocument, listShape, mapShape, objectShape, stringShape } from '@tickmesh/config';
import type { RecordAccess } from '../app/record-access.ts';

const PERSON = /^[^\p{C}\p{Z}][^\p{C}\p{Zl}\p{Zp}]{0,99}$/u;
const NAME = stringShape(PERSON, 'a name');
const NAMES = listShape(NAME);
const shape = objectShape({
  owner: NAME,
  readers: NAMES,
  accounts: mapShape(PERSON, 'names', NAMES),
  strategies: mapShape(PERSON, 'names', NAMES),
});

/** @throws Fault CONFIG_INVALID with every problem, each by file, line and path */
export function loadRecordAccess(path: string): RecordAccess {
  return loadDocument<RecordAccess>(path, { shape });
}
