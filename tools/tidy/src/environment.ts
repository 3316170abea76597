/** The compose file, the manifests and the configuration speak of the same variables and ports. */
import { PORTS, knownVariables } from '@tickmesh/config';
import { parse } from 'yaml';
import type { Repository } from './repository.ts';

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly build?: unknown;
        readonly environment?: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

/** Variables that the compose file sets on a service of ours although nothing reads them. */
export function unreadComposeVariables({ paths, read }: Repository): string[] {
  if (!paths.includes('docker-compose.yml')) return [];
  const known = knownVariables();
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
  return Object.entries(services)
    .filter(([, service]) => service.build !== undefined)
    .flatMap(([name, { environment = {} }]) =>
      Object.keys(environment)
        .filter((variable) => !known.has(variable))
        .map((variable) => `docker-compose.yml: ${name} is told ${variable}, which nothing reads`),
    );
}

const OUR_IMAGE = /^\s*-?\s*image:\s*\S*tickmesh\//m;

/** Variables that a manifest sets in a container of ours although nothing reads them. */
export function unreadManifestVariables({ paths, read }: Repository): string[] {
  const known = knownVariables();
  return paths
    .filter((path) => /^deploy\/k8s\/.*\.ya?ml$/.test(path) && OUR_IMAGE.test(read(path)))
    .flatMap((path) =>
      [...read(path).matchAll(/^\s*-?\s*(?:\{\s*)?name:\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/gm)]
        .map((match) => match[1] ?? '')
        .filter((variable) => !known.has(variable))
        .map((variable) => `${path}: ${variable}, which nothing reads`),
    );
}

/** Default ports of the compose file that differ from those of the configuration. */
export function differingPorts({ paths, read }: Repository): string[] {
  if (!paths.includes('docker-compose.yml')) return [];
  return [
    ...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)_(HTTP|GRPC)_PORT:-(\d+)\}/g),
  ].flatMap(([text, service = '', transport = '', port]) => {
    const expected = (PORTS as Readonly<Record<string, unknown>>)[
      service.toLowerCase().replaceAll('_', '-')
    ] as Readonly<Record<string, number>> | undefined;
    const declared = expected?.[transport.toLowerCase()];
    return Number(port) === declared
      ? []
      : [`docker-compose.yml: ${text}, declared ${declared ?? 'nowhere'}`];
  });
}
