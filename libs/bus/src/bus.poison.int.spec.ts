import { describe } from '@jest/globals';
import { partsFromEnvironment } from './testing/parts.ts';
import { poisonSuite } from './testing/poison.suite.ts';

describe('The bus on a real broker', () => {
  poisonSuite(partsFromEnvironment);
});
