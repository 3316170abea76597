import { describe } from '@jest/globals';
import { partsFromEnvironment } from './testing/parts.ts';
import { lettersSuite } from './testing/letters.suite.ts';

describe('The bus on a real broker', () => {
  lettersSuite(partsFromEnvironment);
});
