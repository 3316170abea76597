import { describe } from '@jest/globals';
import { partsFromEnvironment } from './testing/parts.ts';
import { topicsSuite } from './testing/topics.suite.ts';

describe('The bus on a real broker', () => {
  topicsSuite(partsFromEnvironment);
});
