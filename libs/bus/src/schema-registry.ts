/**
 * A Confluent-compatible schema registry over plain HTTP. The usual client cannot register for a
 * subject's name without defaults of its own, and asks the registry again for every unknown id.
 */
import { Fault } from '@tickmesh/kernel';
import type { BusRegistryConfig } from './config.ts';

export interface RegisteredSchema {
  readonly id: number;
  readonly version: number;
  /** Schema text as the registry has it. */
  readonly schema: string;
}

export interface SchemaRegistry {
  /** undefined when the registry knows no such id. @throws Fault REGISTRY_UNREACHABLE */
  schemaById(id: number): Promise<string | undefined>;
  /** All versions of a subject, latest first; empty for an unknown one. */
  versions(subject: string): AsyncGenerator<RegisteredSchema>;
  /** Registers a version and answers its id. @throws Fault REGISTRY_REFUSED when incompatible */
  register(subject: string, schema: string): Promise<number>;
  /** Sets a subject's compatibility level; false when the subject does not exist yet. */
  setCompatibility(subject: string, level: string): Promise<boolean>;
  compatibility(subject: string): Promise<string | undefined>;
  /** Whether it answers. @throws Fault REGISTRY_UNREACHABLE */
  ping(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

export function schemaRegistry(config: BusRegistryConfig): SchemaRegistry {
  const call = caller(config);
  return {
    schemaById: async (id) => {
      const answer = await call('GET', `/schemas/ids/${id}`);
      return answer === undefined ? undefined : textOf(answer, 'schema');
    },
    versions: (subject) => versionsOf(call, subject),
    register: async (subject, schema) => {
      const body = { schema, schemaType: 'AVRO' };
      const answer = await call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, body);
      return numberOf(answer, 'id');
    },
    setCompatibility: async (subject, level) => {
      const path = `/config/${encodeURIComponent(subject)}`;
      return (await call('PUT', path, { compatibility: level })) !== undefined;
    },
    compatibility: async (subject) => {
      const answer = await call('GET', `/config/${encodeURIComponent(subject)}`);
      return answer === undefined ? undefined : textOf(answer, 'compatibilityLevel');
    },
    ping: async () => {
      await call('GET', '/subjects');
    },
  };
}

type Call = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<unknown>;

/** Answers the parsed body; undefined for 404. */
function caller(config: BusRegistryConfig): Call {
  const base = config.url.replace(/\/+$/, '');
  const timeoutMs = config.timeoutMs ?? TIMEOUT_MS;
  return async (method, path, body) => {
    const url = `${base}${path}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: {
          accept: CONTENT_TYPE,
          'content-type': CONTENT_TYPE,
          ...(config.authorization === undefined ? {} : { authorization: config.authorization }),
        },
        // Credentials go where they were meant to, and nowhere else.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      throw new Fault('REGISTRY_UNREACHABLE', { url, timeoutMs }, error);
    }
    if (response.status === 404) return undefined;
    const status = response.status;
    if (status >= 500 || status === 429 || status === 408) {
      throw new Fault('REGISTRY_UNREACHABLE', { url, status });
    }
    if (status === 401 || status === 403) {
      // Whoever refuses credentials may repeat them.
      throw new Fault('REGISTRY_CREDENTIALS', { url, status });
    }
    if (!response.ok) {
      throw new Fault('REGISTRY_REFUSED', { url, status, answer: text.slice(0, 500) });
    }
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new Fault('REGISTRY_UNREACHABLE', { url, reason: 'the answer is not JSON' }, error);
    }
  };
}

async function* versionsOf(call: Call, subject: string): AsyncGenerator<RegisteredSchema> {
  const path = `/subjects/${encodeURIComponent(subject)}/versions`;
  const versions = await call('GET', path);
  if (!Array.isArray(versions)) return;
  for (const version of (versions as number[]).toSorted((a, b) => b - a)) {
    const answer = await call('GET', `${path}/${version}`);
    if (answer === undefined) continue;
    yield { id: numberOf(answer, 'id'), version, schema: textOf(answer, 'schema') };
  }
}

function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? (answer as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textOf(answer: unknown, name: string): string {
  const value = fieldOf(answer, name);
  if (typeof value === 'string') return value;
  throw new Fault('REGISTRY_UNREACHABLE', { reason: `the answer has no ${name}` });
}

function numberOf(answer: unknown, name: string): number {
  const value = fieldOf(answer, name);
  if (typeof value === 'number') return value;
  throw new Fault('REGISTRY_UNREACHABLE', { reason: `the answer has no ${name}` });
}

/** Whether two schema texts say the same: member order and white space do not count. */
export function isSameSchema(a: string, b: string): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(text: string): string {
  return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
        )
      : value,
  );
}
