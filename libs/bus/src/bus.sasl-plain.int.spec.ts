import { securedSuite } from './testing/secured.suite.ts';

securedSuite({ protocol: 'SASL_SSL', mechanism: 'PLAIN' });
