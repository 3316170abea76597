/** Who the command line speaks for: a token from outside, or locally one of the development issuer. */
import { userInfo } from 'node:os';
import type { CommandLineSignIn } from '@tickmesh/config';
import { CALLER_ROLES } from '@tickmesh/contracts';
import { COMMAND_CLIENT, PERSON_GRANT, readClients } from '@tickmesh/issuer';
import { Fault } from '@tickmesh/kernel';
import { commandLineConfig } from './connect.ts';

/** What every command takes: `--as NAME --role ROLE,ROLE`. */
export interface Person {
  readonly as?: string;
  readonly role?: string;
}

const ANSWER_MS = 10_000;
const EVERY_ROLE = Object.keys(CALLER_ROLES).join(',');

let person: Person = {};
let token: Promise<string> | undefined;

/** Once, before the command runs. */
export function speakFor(wanted: Person): void {
  person = wanted;
}

/**
 * The token that signs the calls of this command.
 * @throws Fault NOT_SIGNED_IN when there is none and nobody may give one; SERVICE_UNREACHABLE; ARGUMENT_INVALID
 */
export function callerToken(): Promise<string> {
  token ??= tokenFor(commandLineConfig().signIn, person);
  return token;
}

async function tokenFor(signIn: CommandLineSignIn, { as, role }: Person): Promise<string> {
  const { token: given, issuerFolder, issuerUrl } = signIn;
  if (given !== undefined) {
    if (as === undefined && role === undefined) return given;
    throw new Fault('ARGUMENT_INVALID', {
      name: as === undefined ? '--role' : '--as',
      rule: 'not together with MESH_TOKEN, which says who you are',
    });
  }
  if (issuerFolder === undefined) {
    throw new Fault('NOT_SIGNED_IN', {
      cure: 'set MESH_TOKEN (or MESH_TOKEN_FILE) to a token of your provider; locally, start the mesh with `npm start`',
    });
  }
  return askIssuer(issuerUrl, issuerFolder, {
    name: as ?? userInfo().username,
    roles: role ?? EVERY_ROLE,
  });
}

async function askIssuer(
  issuerUrl: string,
  folder: string,
  wanted: { readonly name: string; readonly roles: string },
): Promise<string> {
  const url = `${issuerUrl.replace(/\/+$/, '')}/token`;
  const { id } = COMMAND_CLIENT;
  const secret = readClients(folder).get(id)?.secret ?? '';
  let status: number;
  let answer: { readonly access_token?: unknown; readonly error_description?: unknown };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: PERSON_GRANT, ...wanted }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    status = response.status;
    answer = (await response.json()) as typeof answer;
  } catch (thrown) {
    throw new Fault('SERVICE_UNREACHABLE', { issuer: url, cure: 'run `mesh health`' }, thrown);
  }
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new Fault('NOT_SIGNED_IN', { issuer: url, status, reason: answer.error_description });
}
