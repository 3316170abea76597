import { join } from 'node:path';
import { type ErrorCode, ERRORS, Fault, type FaultDetails } from '@tickmesh/kernel';
import { REPOSITORY_ROOT, readCompose } from '@tickmesh/local';
import { runningMesh } from './connect.ts';
import { callerToken } from './signed-in.ts';

const ANSWER_MS = 10_000;

/** Where a service of ours speaks HTTP: as the running mesh says, or else the compose file. */
export const httpAddressOf = (service: string): string => addressOf(service, 'http');

/** Where it speaks gRPC: `grpc://host:port`. */
export const grpcAddressOf = (service: string): string => addressOf(service, 'grpc');

function addressOf(service: string, transport: 'http' | 'grpc'): string {
  const running = runningMesh()?.services.find(({ name }) => name === service)?.addresses[
    transport
  ];
  if (running !== undefined) {
    return running.includes('://') ? running : `${transport}://${running}`;
  }
  const compose = readCompose(join(REPOSITORY_ROOT, 'docker-compose.yml'));
  const port = compose.services.get(service)?.ports.find(({ name }) => name === transport);
  return `${transport}://${port?.hostAddress ?? '127.0.0.1'}:${port?.published ?? 0}`;
}

/**
 * Asks the order plane, as the person that the command speaks for.
 * @param body posted as JSON; absent: the path is read
 * @returns its answer, whose form the caller knows
 * @throws Fault SERVICE_UNREACHABLE, or the one that the service answered with
 */
export async function askOrderPlane<Answer>(path: string, body?: object): Promise<Answer> {
  const address = httpAddressOf('order-plane');
  const authorization = `Bearer ${await callerToken()}`;
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  };
  let response: Response;
  let answer: unknown;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    response = await fetch(`${address}/${path}`, {
      ...(body === undefined ? { headers: { authorization } } : post),
      signal,
    });
    answer = await response.json();
  } catch (thrown) {
    throw new Fault('SERVICE_UNREACHABLE', { address, cure: 'run `mesh health`' }, thrown);
  }
  if (response.ok) return answer as Answer;
  throw faultOfAnswer(answer, response.status);
}

function faultOfAnswer(answer: unknown, status: number): Fault {
  const { error } = answer as { error?: { code: string; details?: FaultDetails } };
  if (error !== undefined && Object.hasOwn(ERRORS, error.code)) {
    return new Fault(error.code as ErrorCode, error.details ?? {});
  }
  return new Fault('UNEXPECTED', { status, answer });
}
