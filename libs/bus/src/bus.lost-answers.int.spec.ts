import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { pickFreePort, startBroker } from '@tickmesh/local';
import { lostAnswersSuite } from './testing/lost-answers.suite.ts';
import type { OwnBroker } from './testing/outages.suite.ts';
import { partsFromEnvironment } from './testing/parts.ts';

describe('The bus on a real broker', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tickmesh-bus-answers-'));
  afterAll(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  const proxiedBroker = (listener: number, advertised: number): Promise<OwnBroker> =>
    startBroker({
      dataDir,
      heapMebibytes: 256,
      properties: {
        'listener.security.protocol.map':
          'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT',
        listeners: `PROXIED://127.0.0.1:${listener}`,
        'advertised.listeners': `PROXIED://127.0.0.1:${advertised}`,
      },
    });

  lostAnswersSuite(partsFromEnvironment, proxiedBroker, pickFreePort);
});
