import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  type ConfigSchema,
  PORTS,
  connectorSchema,
  dataPlaneSchema,
  issuerSchema,
  loadConfig,
  orderPlaneSchema,
  storeSchema,
  strategyPlaneSchema,
} from '@tickmesh/config';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { COMPOSE_PATH, composeDefaults, readText, serviceNamed } from './files.ts';

const text = readText('docker-compose.yml');
const services = [...composeDefaults().services.values()];

const SCHEMAS: Readonly<Record<string, ConfigSchema>> = {
  'data-plane': dataPlaneSchema,
  'strategy-plane': strategyPlaneSchema,
  'order-plane': orderPlaneSchema,
  store: storeSchema,
  connector: connectorSchema,
  issuer: issuerSchema,
};

describe('docker-compose.yml', () => {
  it('publishes on loopback alone, each port under a variable of its own', () => {
    const ports = services.flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(10);
    expect(ports.filter(({ hostAddress }) => hostAddress !== '127.0.0.1')).toEqual([]);
    expect(new Set(ports.map(({ variable }) => variable)).size).toBe(ports.length);
    expect(new Set(ports.map(({ published }) => published)).size).toBe(ports.length);
  });

  it('has one default for each variable, wherever that stands', () => {
    const defaults = new Map<string, Set<string>>();
    for (const [, name = '', value = ''] of text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)) {
      defaults.set(name, (defaults.get(name) ?? new Set()).add(value));
    }
    const different = [...defaults].filter(([, values]) => values.size > 1);
    expect(different.map(([name, values]) => [name, ...values])).toEqual([]);
  });

  it('has the default ports of the configuration', () => {
    const published = (service: string, name: string): number | undefined =>
      serviceNamed(service).ports.find((port) => port.name === name)?.published;
    expect(published('kafka', 'kafka')).toBe(PORTS.kafka);
    expect(published('registry', 'http')).toBe(PORTS.registry);
    expect(published('postgres', 'postgres')).toBe(PORTS.database);
    expect(published('kafka-ui', 'http')).toBe(PORTS.kafkaUi);
    expect(published('issuer', 'http')).toBe(PORTS.issuer);
    for (const name of [
      'data-plane',
      'strategy-plane',
      'order-plane',
      'store',
      'connector',
    ] as const) {
      expect([name, published(name, 'http')]).toEqual([name, PORTS[name].http]);
      expect([name, published(name, 'grpc')]).toEqual([name, PORTS[name].grpc]);
    }
  });

  it.each(Object.keys(SCHEMAS))(
    'tells %s only what its configuration knows and accepts',
    (name) => {
      const schema = SCHEMAS[name];
      if (schema === undefined) throw new Error(`no schema of ${name}`);
      const { environment, ports } = serviceNamed(name);
      const known = new Set(
        Object.values(schema.sections).flatMap(({ fields }) =>
          Object.values(fields).map(({ variable }) => variable),
        ),
      );
      expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
      expect(() => loadConfig(schema, environment)).not.toThrow();
      expect(environment['HTTP_PORT']).toBe(
        String(ports.find((port) => port.name === 'http')?.target),
      );
      const grpcPort = ports.find((port) => port.name === 'grpc')?.target;
      expect(environment['GRPC_PORT']).toBe(grpcPort === undefined ? grpcPort : String(grpcPort));
    },
  );

  it('pins every image to a version', () => {
    const loose = services.filter(({ image }) => !/:v?\d+(\.\d+)*$/.test(image));
    expect(loose.map(({ name, image }) => [name, image])).toEqual([]);
  });

  it('has the versions of broker and registry that run without Docker', () => {
    const pom = readText('tools', 'local', 'pom.xml');
    const version = (property: string): string | undefined =>
      new RegExp(`<${property}>([^<]+)<`).exec(pom)?.[1];
    expect(serviceNamed('kafka').image).toBe(`apache/kafka:${String(version('kafka.version'))}`);
    expect(serviceNamed('registry').image).toBe(
      `apicurio/apicurio-registry:${String(version('registry.version'))}`,
    );
  });

  it('runs commands that lie in the package its image is built from', () => {
    for (const { name, built, command } of services) {
      if (!built) continue;
      const [program, ...words] = command;
      const file = words.find((word) => !word.startsWith('-')) ?? '';
      expect([name, program]).toEqual([name, 'node']);
      const folder = join(REPOSITORY_ROOT, dirname(dirname(file)));
      expect([name, existsSync(join(folder, 'package.json'))]).toEqual([name, true]);
      expect(text).toContain(`PACKAGE: ${dirname(dirname(file))} `);
    }
  });

  it('mounts only files that the clone has', () => {
    const binds = services.flatMap(({ volumes }) => volumes.filter(({ kind }) => kind === 'bind'));
    expect(binds.length).toBeGreaterThan(0);
    const missing = binds.filter(({ source }) => !existsSync(join(dirname(COMPOSE_PATH), source)));
    expect(missing).toEqual([]);
  });

  it('plays recordings that the clone has', () => {
    const feed = serviceNamed('connector').environment['FEED'] ?? '';
    const files = feed
      .split(',')
      .map((part) => part.replace(/^replay:/, ''))
      .filter((part) => part.includes('/'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(join(REPOSITORY_ROOT, file)))).toEqual([]);
  });

  it('builds its images on the Node that the workspace pins', () => {
    const root = JSON.parse(readText('package.json')) as { dependencies: { node: string } };
    const major = root.dependencies.node.split('.')[0];
    const bases = [...readText('deploy', 'docker', 'Dockerfile').matchAll(/^FROM node:(\d+)/gm)];
    expect(bases.map((base) => base[1])).toEqual(bases.map(() => major));
    expect(bases.length).toBeGreaterThan(0);
  });
});
