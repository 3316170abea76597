import { describe } from '@jest/globals';
import { deliverySuite } from './testing/delivery.suite.ts';
import { partsFromEnvironment } from './testing/parts.ts';

describe('The bus on a real broker', () => {
  deliverySuite(partsFromEnvironment);
});
