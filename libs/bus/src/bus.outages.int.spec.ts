import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { startBroker } from '@tickmesh/local';
import { type OwnBroker, outagesSuite } from './testing/outages.suite.ts';
import { partsFromEnvironment } from './testing/parts.ts';

describe('The bus on a real broker', () => {
  const folders: string[] = [];
  const ownBroker = (): Promise<OwnBroker> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tickmesh-bus-broker-'));
    folders.push(dataDir);
    return startBroker({ dataDir, heapMebibytes: 256 });
  };
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  outagesSuite(partsFromEnvironment, ownBroker);
});
