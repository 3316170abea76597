import { securedSuite } from './testing/secured.suite.ts';

securedSuite({ protocol: 'SSL' });
