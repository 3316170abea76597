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
  if (issuerFolder === undefined) throw notSignedIn();
  return askIssuer(issuerUrl, issuerFolder, {
    name: as ?? userInfo().username,
    roles: role ?? EVERY_ROLE,
  });
}

/**
 * The development issuer signs with its next key from now on.
 * @throws Fault NOT_SIGNED_IN where there is no such issuer; SERVICE_UNREACHABLE
 */
export async function rotateIssuerKey(): Promise<void> {
  const { issuerFolder, issuerUrl } = commandLineConfig().signIn;
  if (issuerFolder === undefined) throw notSignedIn();
  const { status, answer } = await callIssuer(issuerUrl, issuerFolder, '/rotate', {});
  if (status === 200) return;
  throw new Fault('NOT_SIGNED_IN', { issuer: issuerUrl, status, reason: answer.error_description });
}

async function askIssuer(
  issuerUrl: string,
  folder: string,
  wanted: { readonly name: string; readonly roles: string },
): Promise<string> {
  const form = { grant_type: PERSON_GRANT, ...wanted };
  const { status, answer } = await callIssuer(issuerUrl, folder, '/token', form);
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new Fault('NOT_SIGNED_IN', { issuer: issuerUrl, status, reason: answer.error_description });
}

interface IssuerAnswer {
  readonly access_token?: unknown;
  readonly error_description?: unknown;
}

/** As the client of the command line, whose secret lies in the issuer's folder. */
async function callIssuer(
  issuerUrl: string,
  folder: string,
  path: '/token' | '/rotate',
  form: Record<string, string>,
): Promise<{ readonly status: number; readonly answer: IssuerAnswer }> {
  const url = `${issuerUrl.replace(/\/+$/, '')}${path}`;
  const { id } = COMMAND_CLIENT;
  const secret = readClients(folder).get(id)?.secret ?? '';
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, answer: (await response.json()) as IssuerAnswer };
  } catch (thrown) {
    throw new Fault('SERVICE_UNREACHABLE', { issuer: url, cure: 'run `mesh health`' }, thrown);
  }
}

function notSignedIn(): Fault {
  return new Fault('NOT_SIGNED_IN', {
    cure: 'set MESH_TOKEN (or MESH_TOKEN_FILE) to a token of your provider; locally, start the mesh with `npm start`',
  });
}
