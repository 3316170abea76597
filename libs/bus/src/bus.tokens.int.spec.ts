import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import {
  type Broker,
  createAuthority,
  pickFreePort,
  securedListeners,
  startBroker,
} from '@tickmesh/local';
import { type OidcProvider, startOidcProvider } from '@tickmesh/test-runner/oidc';
import type { BusParts } from './testing/harness.ts';
import { partsFromEnvironment } from './testing/parts.ts';
import { type TokenParts, tokensSuite } from './testing/tokens.suite.ts';

const CLIENT_ID = 'order-plane';
const CLIENT_SECRET = 'a secret of the tests';
/** Not `sub`: the broker and we must both read the claim that was configured. */
const SUB_CLAIM_NAME = 'principal';
const TOKEN_LIFE_SECONDS = 4;

const newProvider = (): Promise<OidcProvider> =>
  startOidcProvider({
    clients: { [CLIENT_ID]: CLIENT_SECRET },
    audience: 'kafka',
    tokenLifeSeconds: TOKEN_LIFE_SECONDS,
    claims: (clientId) => ({ [SUB_CLAIM_NAME]: clientId }),
  });

describe('The bus on a real broker and a real provider of tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickmesh-tokens-'));
  let parts: TokenParts;
  let broker: Broker;
  let providers: OidcProvider[];

  beforeAll(async () => {
    providers = [await newProvider(), await newProvider()];
    const [provider, unknown] = providers as [OidcProvider, OidcProvider];
    const port = await pickFreePort();
    const { issuer, jwksUrl } = provider;
    const settings = await securedListeners({
      ports: { SASL_PLAINTEXT: port },
      authority: await createAuthority(),
      folder: join(folder, 'secrets'),
      tokens: {
        issuer,
        jwksUrl,
        audience: 'kafka',
        subClaimName: SUB_CLAIM_NAME,
        jwksRefreshMs: 500,
      },
    });
    broker = await startBroker({ dataDir: folder, heapMebibytes: 256, ...settings });
    const partsOf = ({ tokenEndpointUrl }: OidcProvider): BusParts => ({
      ...partsFromEnvironment(),
      broker: `127.0.0.1:${port}`,
      security: {
        kafka: {
          securityProtocol: 'SASL_PLAINTEXT',
          tls: undefined,
          sasl: { mechanism: 'OAUTHBEARER', extensions: { logicalCluster: 'lkc-1' } },
        },
        oidc: {
          tokenEndpointUrl,
          issuerUrl: undefined,
          clientId: CLIENT_ID,
          clientSecret: CLIENT_SECRET,
          scope: undefined,
          audience: undefined,
          subClaimName: SUB_CLAIM_NAME,
        },
      },
    });
    parts = {
      parts: partsOf(provider),
      strangers: partsOf(unknown),
      provider,
      clientId: CLIENT_ID,
      tokenLifeMs: TOKEN_LIFE_SECONDS * 1_000,
    };
  });
  afterAll(async () => {
    await broker.stop();
    for (const provider of providers) await provider.close();
    rmSync(folder, { recursive: true, force: true });
  });

  tokensSuite(() => parts);
});
