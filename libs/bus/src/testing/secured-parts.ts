/** A broker that lets nobody in without proof, one way of proving it, and the parts that the suites run on. */
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Authority,
  type SecuredProtocol,
  type TokenRules,
  createAuthority,
  pickFreePort,
  securedListeners,
  startBroker,
} from '@tickmesh/local';
import { type OidcProvider, startOidcProvider } from '@tickmesh/test-runner/oidc';
import type { BusSasl } from '../config.ts';
import type { BrokerSecurity, BusParts } from './harness.ts';
import type { OwnBroker } from './outages.suite.ts';
import { partsFromEnvironment } from './parts.ts';

export type Mechanism = BusSasl['mechanism'];

/** How the clients of the parts come in: by a certificate, or by a SASL mechanism with or without TLS. */
export type Approach =
  | { readonly protocol: 'SSL' }
  | { readonly protocol: 'SASL_SSL' | 'SASL_PLAINTEXT'; readonly mechanism: Mechanism };

export interface SecuredParts {
  /** Of a broker that the suites share. */
  readonly parts: BusParts;
  /** One that a test may kill. */
  startBroker(): Promise<OwnBroker>;
  /** One whose clients are told to come to another port than it listens on, both on loopback. */
  startBrokerBehind(listenerPort: number, advertisedPort: number): Promise<OwnBroker>;
  close(): Promise<void>;
}

/** Kafka's principal, however it is proven; a name as services have it, with a hyphen. */
const PRINCIPAL = 'order-plane';
/** With what a JAAS text, a properties file and a list of arguments each would read otherwise. */
const PASSWORD = 'pa"ss\\w,or=d;1';
const CLIENT_SECRET = 'a secret: of/odd+characters%';
const KEY_PASSWORD = 'key-password';
const AUDIENCE = 'kafka';
/** Several lives within a suite, so that renewal is part of everything. */
const TOKEN_LIFE_SECONDS = 10;

export async function startSecuredParts(approach: Approach): Promise<SecuredParts> {
  const authority = await createAuthority();
  const provider = await startOidcProvider({
    clients: { [PRINCIPAL]: CLIENT_SECRET },
    audience: AUDIENCE,
    tokenLifeSeconds: TOKEN_LIFE_SECONDS,
  });
  const folders: string[] = [];
  const start = async (listener: number, advertised: number): Promise<OwnBroker> => {
    const folder = mkdtempSync(join(tmpdir(), 'tickmesh-secured-broker-'));
    folders.push(folder);
    const settings = await securedListeners({
      ports: { [approach.protocol]: listener },
      authority,
      folder: join(folder, 'secrets'),
      users: { [PRINCIPAL]: PASSWORD },
      tokens: tokenRules(provider),
    });
    const { protocol } = approach;
    const broker = await startBroker({
      dataDir: folder,
      heapMebibytes: 256,
      ...settings,
      properties: {
        ...settings.properties,
        'advertised.listeners': `${protocol}://127.0.0.1:${advertised}`,
      },
    });
    return { ...controls(broker), address: `127.0.0.1:${advertised}` };
  };
  const startAnywhere = async (): Promise<OwnBroker> => {
    const port = await pickFreePort();
    return start(port, port);
  };
  const shared = await startAnywhere();
  return {
    parts: {
      ...partsFromEnvironment(),
      broker: shared.address,
      security: await securityOf(approach, authority, provider),
    },
    startBroker: startAnywhere,
    startBrokerBehind: start,
    close: async () => {
      await shared.stop();
      await provider.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The broker's own handle changes with each restart: its methods are called on it. */
function controls(broker: OwnBroker): Omit<OwnBroker, 'address'> {
  return {
    kill: () => broker.kill(),
    restart: () => broker.restart(),
    stop: () => broker.stop(),
  };
}

export function tokenRules(provider: OidcProvider): TokenRules {
  const { issuer, jwksUrl } = provider;
  return { issuer, jwksUrl, audience: AUDIENCE };
}

async function securityOf(
  approach: Approach,
  authority: Authority,
  provider: OidcProvider,
): Promise<BrokerSecurity> {
  const { protocol } = approach;
  const ca = authority.certificate;
  if (protocol === 'SSL') {
    const { certificate, key } = await authority.issue({ name: PRINCIPAL, usage: 'client' });
    const tls = { ca, cert: certificate, key: locked(key), keyPassword: KEY_PASSWORD };
    return { kafka: { securityProtocol: protocol, tls, sasl: undefined } };
  }
  const tls = hasTls(protocol)
    ? { ca, cert: undefined, key: undefined, keyPassword: undefined }
    : undefined;
  const kafka = { securityProtocol: protocol, tls, sasl: saslOf(approach.mechanism) };
  if (approach.mechanism !== 'OAUTHBEARER') return { kafka };
  const oidc = {
    tokenEndpointUrl: undefined,
    issuerUrl: provider.issuer,
    clientId: PRINCIPAL,
    clientSecret: CLIENT_SECRET,
    scope: 'kafka',
    audience: undefined,
    subClaimName: 'sub',
  };
  return { kafka, oidc };
}

function saslOf(mechanism: Mechanism): BusSasl {
  return mechanism === 'OAUTHBEARER'
    ? { mechanism, extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool-1' } }
    : { mechanism, username: PRINCIPAL, password: PASSWORD };
}

const hasTls = (protocol: SecuredProtocol): boolean => protocol.endsWith('SSL');

/** The same key behind a password, as a desk would keep it. */
function locked(key: string): string {
  return createPrivateKey(key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: KEY_PASSWORD })
    .toString();
}
