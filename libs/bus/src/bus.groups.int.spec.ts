import { describe } from '@jest/globals';
import { groupsSuite } from './testing/groups.suite.ts';
import { partsFromEnvironment } from './testing/parts.ts';

describe('The bus on a real broker', () => {
  groupsSuite(partsFromEnvironment);
});
