import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { Fault } from '@tickmesh/kernel';
import { parse } from 'yaml';
import { mergeCompose } from './compose-merge.ts';
import { interpolate, variableIn, type Variables } from './compose-variables.ts';

export interface ComposePort {
  /** What speaks there: `http`, `grpc`, `kafka`, `postgres`. */
  readonly name: string;
  readonly hostAddress: string;
  readonly published: number;
  readonly target: number;
  /** The variable that moves the published port. */
  readonly variable: string;
}

export type DependencyCondition =
  'service_started' | 'service_healthy' | 'service_completed_successfully';

export interface ComposeHealthcheck {
  /** As in the file: CMD and words, or CMD-SHELL and a line. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
  readonly startIntervalMs: number;
}

export interface ComposeVolume {
  readonly kind: 'bind' | 'volume';
  /** A path for a bind, relative to the file; a name for a volume. */
  readonly source: string;
  /** A folder of the volume that stands for all of it. */
  readonly subpath: string;
  readonly target: string;
}

export interface ComposeService {
  readonly name: string;
  readonly image: string;
  /** Whether the image is built from this repository: then it is a service of ours. */
  readonly built: boolean;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly ComposePort[];
  readonly dependsOn: Readonly<Record<string, DependencyCondition>>;
  readonly healthcheck: ComposeHealthcheck | undefined;
  readonly volumes: readonly ComposeVolume[];
  readonly restart: string;
  readonly stopGraceMs: number;
  readonly profiles: readonly string[];
}

export interface ComposeFile {
  readonly name: string;
  readonly services: ReadonlyMap<string, ComposeService>;
}

/**
 * Reads the parts of a compose file that a launcher needs, with variables replaced from `variables` and from the
 * `.env` file beside it, as Docker does; then what further files change in it, as `docker compose -f one -f two`.
 * @throws Fault CONFIG_INVALID for what it cannot run: it does not guess
 */
export function readCompose(
  file: string,
  variables: Variables = process.env,
  ...changes: readonly string[]
): ComposeFile {
  const all = { ...readEnvFile(join(dirname(file), '.env')), ...variables };
  const root = [file, ...changes]
    .map((one) => asMap(parse(readFileSync(one, 'utf8'), { merge: true }) as unknown, one))
    .reduce(mergeCompose);
  const services = new Map<string, ComposeService>();
  for (const [name, body] of Object.entries(asMap(root['services'], 'services'))) {
    services.set(name, readService(name, asMap(body, `services.${name}`), all));
  }
  for (const service of services.values()) {
    for (const dependency of Object.keys(service.dependsOn)) {
      if (!services.has(dependency))
        throw invalid(service.name, `depends on ${dependency}, which is not there`);
    }
  }
  return { name: asText(root['name'] ?? 'mesh', all), services };
}

type Tree = Record<string, unknown>;

function readEnvFile(file: string): Variables {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    // Compose's .env file is optional.
    return {};
  }
}

function readService(name: string, body: Tree, variables: Variables): ComposeService {
  const text = (value: unknown): string => asText(value, variables);
  return {
    name,
    image: text(body['image'] ?? ''),
    built: body['build'] !== undefined,
    command: readCommand(name, body['command'], text),
    environment: readEnvironment(name, body['environment'], text),
    ports: asList(body['ports']).map((port) =>
      readPort(name, asMap(port, `${name}.ports`), variables),
    ),
    dependsOn: readDependencies(body['depends_on']),
    healthcheck: readHealthcheck(body['healthcheck'], text),
    volumes: asList(body['volumes']).map((volume) => readVolume(volume, text)),
    restart: text(body['restart'] ?? 'no'),
    stopGraceMs: durationMs(text(body['stop_grace_period'] ?? '10s')),
    profiles: asList(body['profiles']).map(text),
  };
}

function readCommand(service: string, value: unknown, text: (value: unknown) => string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(service, 'command must be a list of words');
  return value.map(text);
}

function readEnvironment(
  service: string,
  value: unknown,
  text: (value: unknown) => string,
): Record<string, string> {
  if (value === undefined) return {};
  const entries = Object.entries(asMap(value, `${service}.environment`));
  return Object.fromEntries(entries.map(([name, held]) => [name, text(held ?? '')]));
}

function readPort(service: string, port: Tree, variables: Variables): ComposePort {
  const { name, published, target, host_ip: hostAddress } = port;
  const variable = typeof published === 'string' ? variableIn(published) : undefined;
  if (typeof name !== 'string' || variable === undefined) {
    throw invalid(service, 'a port needs a name and is published by a variable');
  }
  return {
    name,
    hostAddress: asText(hostAddress ?? '', variables),
    published: asPort(asText(published, variables), variable),
    target: asPort(asText(target, variables), variable),
    variable,
  };
}

function asPort(text: string, variable: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Fault('CONFIG_INVALID', { variable, rule: 'an integer from 1 to 65535', value: text });
}

function readDependencies(value: unknown): Record<string, DependencyCondition> {
  if (value === undefined) return {};
  if (Array.isArray(value)) {
    return Object.fromEntries(value.map((name) => [String(name), 'service_started' as const]));
  }
  const entries = Object.entries(asMap(value, 'depends_on'));
  return Object.fromEntries(
    entries.map(([name, body]) => {
      const condition = asMap(body, `depends_on.${name}`)['condition'];
      if (!isCondition(condition)) throw invalid(name, `unknown condition ${String(condition)}`);
      return [name, condition];
    }),
  );
}

function isCondition(value: unknown): value is DependencyCondition {
  return (
    value === 'service_started' ||
    value === 'service_healthy' ||
    value === 'service_completed_successfully'
  );
}

function readHealthcheck(
  value: unknown,
  text: (value: unknown) => string,
): ComposeHealthcheck | undefined {
  if (value === undefined) return undefined;
  const body = asMap(value, 'healthcheck');
  const interval = text(body['interval'] ?? '30s');
  return {
    test: asList(body['test']).map(text),
    intervalMs: durationMs(interval),
    timeoutMs: durationMs(text(body['timeout'] ?? '30s')),
    retries: Number(text(body['retries'] ?? '3')),
    startPeriodMs: durationMs(text(body['start_period'] ?? '0s')),
    startIntervalMs: durationMs(text(body['start_interval'] ?? '5s')),
  };
}

function readVolume(value: unknown, text: (value: unknown) => string): ComposeVolume {
  if (typeof value === 'string') {
    const [source = '', target = ''] = text(value).split(':');
    return { kind: /^[./]/.test(source) ? 'bind' : 'volume', source, subpath: '', target };
  }
  const body = asMap(value, 'volumes');
  return {
    kind: body['type'] === 'bind' ? 'bind' : 'volume',
    source: text(body['source']),
    subpath: text(asMap(body['volume'] ?? {}, 'volumes.volume')['subpath'] ?? ''),
    target: text(body['target']),
  };
}

/** `500ms`, `15s`, `1m30s`: milliseconds. */
export function durationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new Fault('CONFIG_INVALID', { value: text, rule: 'a duration such as 15s or 1m30s' });
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
}

function asText(value: unknown, variables: Variables): string {
  if (typeof value === 'string') return interpolate(value, variables);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid('a value', `is neither text nor number: ${JSON.stringify(value)}`);
}

function asMap(value: unknown, where: string): Tree {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Tree;
  throw invalid(where, 'is not a map');
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw invalid('a value', 'is not a list');
}

function invalid(where: string, rule: string): Fault {
  return new Fault('CONFIG_INVALID', { file: 'docker-compose.yml', where, rule });
}
