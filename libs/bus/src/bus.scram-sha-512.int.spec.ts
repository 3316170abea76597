import { securedSuite } from './testing/secured.suite.ts';

securedSuite({ protocol: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512' });
