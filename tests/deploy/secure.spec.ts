import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  commandLineSchema,
  connectorSchema,
  dataPlaneSchema,
  loadConfig,
  orderPlaneSchema,
  storeSchema,
  strategyPlaneSchema,
} from '@tickmesh/config';
import { PRINCIPALS } from '@tickmesh/contracts';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { composeDefaults, composeSecured, serviceNamed } from './files.ts';

const plain = composeDefaults();
const secured = composeSecured();
const broker = serviceNamed('kafka', secured);

/** Services of ours that talk to the broker, with the principal that each signs in as. */
const CLIENTS = [...plain.services.values()]
  .filter(({ environment }) => 'KAFKA_BROKERS' in environment)
  .map(({ name }) => ({ name, principal: name === 'mesh' ? 'people' : name }));

const SCHEMAS = {
  'data-plane': dataPlaneSchema,
  'strategy-plane': strategyPlaneSchema,
  'order-plane': orderPlaneSchema,
  store: storeSchema,
  connector: connectorSchema,
  setup: commandLineSchema,
  mesh: commandLineSchema,
};

/** A property of the broker, by the image's own rule of names. */
const property = (name: string): string | undefined =>
  broker.environment[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`];

function pairs(text = ''): Map<string, string> {
  return new Map(
    text.split(',').map((pair) => {
      const [name = '', ...rest] = pair.split(':');
      return [name, rest.join(':')];
    }),
  );
}

describe('docker-compose.secure.yml', () => {
  it('lets no listener of the broker in without proof, and describes each that there is', () => {
    const protocols = pairs(property('listener.security.protocol.map'));
    expect(
      [...protocols.values()].filter((protocol) => !/^(SSL|SASL_SSL)$/.test(protocol)),
    ).toEqual([]);
    const listeners = (property('listeners') ?? '')
      .split(',')
      .map((listener) => listener.split(':')[0] ?? '');
    expect(listeners.toSorted()).toEqual([...protocols.keys()].toSorted());
    for (const [name, protocol] of protocols) {
      const prefix = `listener.name.${name.toLowerCase()}`;
      if (protocol === 'SSL') {
        expect([name, property(`${prefix}.ssl.client.auth`)]).toEqual([name, 'required']);
        continue;
      }
      // Kafka's default takes a token whoever signed it: the validator must be named.
      expect(property(`${prefix}.sasl.oauthbearer.jwt.validator.class`)).toMatch(
        /\.BrokerJwtValidator$/,
      );
      expect(property(`${prefix}.sasl.enabled.mechanisms`)).toBe('OAUTHBEARER');
      const tokens = `${prefix}.oauthbearer`;
      expect(property(`${tokens}.sasl.server.callback.handler.class`)).toMatch(
        /\.OAuthBearerValidatorCallbackHandler$/,
      );
      expect(property(`${tokens}.sasl.oauthbearer.expected.audience`)).toBe('kafka');
      expect(property(`${tokens}.sasl.oauthbearer.expected.issuer`)).toBe(
        serviceNamed('issuer', secured).environment['ISSUER_URL'],
      );
      expect(Number(property(`${tokens}.connections.max.reauth.ms`))).toBeGreaterThan(0);
      expect(property('opts')).toContain(
        `allowed.urls=${String(property(`${tokens}.sasl.oauthbearer.jwks.endpoint.url`))}`,
      );
    }
  });

  it('checks rights, and gives them all to the broker and the set-up alone', () => {
    expect(property('authorizer.class.name')).toMatch(/\.StandardAuthorizer$/);
    expect(property('allow.everyone.if.no.acl.found')).toBe('false');
    expect(property('super.users')).toBe('User:CN=broker;User:setup');
  });

  it.each(CLIENTS)(
    'lets $name sign in as $principal, with its own secret and no other',
    (client) => {
      const { environment, volumes } = serviceNamed(client.name, secured);
      expect(Object.keys(PRINCIPALS)).toContain(client.principal);
      expect(environment).toMatchObject({
        KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
        KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
        KAFKA_SASL_OAUTHBEARER_CLIENT_ID: client.principal,
      });
      const held = volumes.filter(({ source }) => source === 'secrets');
      expect(held.map(({ subpath, target }) => [subpath, target])).toEqual([
        [client.principal, '/run/tickmesh'],
      ]);
    },
  );

  it.each(Object.entries(SCHEMAS))('tells %s what its configuration accepts', (name, schema) => {
    const { environment } = serviceNamed(name, secured);
    const files = { read: () => 'a file of the volume' };
    expect(() => loadConfig(schema, environment, files)).not.toThrow();
  });

  it('leaves all else as it is', () => {
    const added = [...secured.services.keys()].filter((name) => !plain.services.has(name));
    expect(added).toEqual(['secrets']);
    for (const [name, { image, ports, command }] of plain.services) {
      expect(secured.services.get(name)).toMatchObject({ image, ports, command });
    }
  });

  it('mounts only files that the clone has, and holds no secret itself', () => {
    const binds = [...secured.services.values()].flatMap(({ volumes }) =>
      volumes.filter(({ kind }) => kind === 'bind'),
    );
    expect(binds.filter(({ source }) => !existsSync(join(REPOSITORY_ROOT, source)))).toEqual([]);
    const text = readFileSync(join(REPOSITORY_ROOT, 'docker-compose.secure.yml'), 'utf8');
    expect(text).not.toMatch(/CLIENT_SECRET:/);
  });
});
