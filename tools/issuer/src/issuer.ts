/**
 * A development issuer: OpenID Connect discovery, keys, and tokens by client credentials (RFC 6749 section 4.4). It knows
 * no passwords of persons, so it must never stand where the internet can reach it, and not in production.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Fault } from '@tickmesh/kernel';
import { type Logger, SILENT_LOGGER } from '@tickmesh/telemetry';
import {
  type Client,
  type ClientTerms,
  ensureClients,
  isSecretOf,
  readClients,
} from './clients.ts';
import { PERSON_GRANT, type Refusal, grantFor, isRefusal } from './grants.ts';
import { publicAddressesOf } from './reachability.ts';
import { SigningKeys } from './signing-keys.ts';

export interface IssuerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** `iss` of the tokens; the address that it listens on when left out. */
  readonly url?: string;
  readonly folder: string;
  readonly tokenLifeMs: number;
  readonly logger?: Logger;
}

export interface Issuer {
  /** `iss` of its tokens. */
  readonly url: string;
  readonly port: number;
  /** Signs with a new key from now on; the old one stays published while its tokens live. */
  rotate(): Promise<string>;
  close(): Promise<void>;
}

/** The client of the command line: it may have tokens made for persons, and turn the keys. */
export const COMMAND_CLIENT: ClientTerms = {
  id: 'mesh',
  audiences: ['tickmesh'],
  commands: true,
};

const FORM_BYTES_MAX = 16_384;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * @throws Fault CONFIG_INVALID when it could be reached from the internet, or others may read its files; PORT_TAKEN
 */
export async function openIssuer(options: IssuerOptions): Promise<Issuer> {
  refusePublicAddress(options.host);
  ensureClients(options.folder, [COMMAND_CLIENT]);
  const keys = await SigningKeys.open(options);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const url = (options.url ?? `http://127.0.0.1:${port}`).replace(/\/+$/, '');
  const desk = new Desk({ ...options, url, keys, logger: options.logger ?? SILENT_LOGGER });
  server.on('request', (request, response) => void desk.answer(request, response));
  return {
    url,
    port,
    rotate: () => desk.rotate(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

interface DeskParts extends Pick<IssuerOptions, 'folder' | 'tokenLifeMs'> {
  readonly url: string;
  readonly keys: SigningKeys;
  readonly logger: Logger;
}

class Desk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.#route(request);
    } catch (thrown) {
      this.#parts.logger.fault('request.failed', thrown, { transport: 'http' });
      answer = { status: 500, body: { error: 'server_error' } };
    }
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(answer.status === 401 ? { 'www-authenticate': 'Basic realm="issuer"' } : {}),
    });
    response.end(JSON.stringify(answer.body));
  }

  async rotate(): Promise<string> {
    const kid = await this.#parts.keys.rotate(Date.now());
    this.#parts.logger.info('issuer.key_rotated', { kid });
    return kid;
  }

  async #route(request: IncomingMessage): Promise<Answer> {
    const { url, keys } = this.#parts;
    switch (`${request.method ?? ''} ${(request.url ?? '').replace(/\?.*$/, '')}`) {
      case 'GET /.well-known/openid-configuration':
      case 'GET /.well-known/oauth-authorization-server':
        return { status: 200, body: discoveryOf(url) };
      case 'GET /jwks':
        return { status: 200, body: keys.published(Date.now()) };
      case 'GET /health/live':
      case 'GET /health/ready':
        return { status: 200, body: { service: 'issuer', status: 'ready', dependencies: [] } };
      case 'POST /token':
        return this.#authenticated(request, (client, form) => this.#token(client, form));
      case 'POST /rotate':
        return this.#authenticated(request, (client) => this.#rotateFor(client));
      default:
        return { status: 404, body: { error: 'not_found' } };
    }
  }

  async #authenticated(
    request: IncomingMessage,
    serve: (client: Client, form: URLSearchParams) => Promise<Answer>,
  ): Promise<Answer> {
    const form = await readForm(request);
    if (form === undefined) {
      return refused({
        status: 400,
        error: 'invalid_request',
        description: `an application/x-www-form-urlencoded body of at most ${FORM_BYTES_MAX} bytes`,
      });
    }
    const given = credentialsOf(request, form);
    // Read each time, so that a client that was taken out of the file gets nothing more.
    const client = readClients(this.#parts.folder).get(given.id);
    if (client === undefined || !isSecretOf(client, given.secret)) {
      this.#parts.logger.warn('issuer.client_refused', { client_id: given.id.slice(0, 100) });
      return refused({
        status: 401,
        error: 'invalid_client',
        description: 'unknown, or not its secret',
      });
    }
    return serve(client, form);
  }

  async #token(client: Client, form: URLSearchParams): Promise<Answer> {
    const grant = grantFor(client, form);
    if (isRefusal(grant)) return refused(grant);
    const { url, keys, tokenLifeMs, logger } = this.#parts;
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const lifeSeconds = Math.max(1, Math.floor(tokenLifeMs / 1_000));
    const { subject, audience, roles, scope } = grant;
    const token = await keys.sign({
      iss: url,
      sub: subject,
      aud: audience,
      client_id: client.id,
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + lifeSeconds,
      jti: randomUUID(),
      ...(roles.length === 0 ? {} : { roles }),
      ...(scope === undefined ? {} : { scope }),
    });
    logger.info('issuer.token_granted', { client_id: client.id, subject, audience, roles });
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: lifeSeconds,
        ...(scope === undefined ? {} : { scope }),
      },
    };
  }

  async #rotateFor(client: Client): Promise<Answer> {
    if (client.commands !== true) {
      return refused({ status: 400, error: 'unauthorized_client', description: 'not this client' });
    }
    return { status: 200, body: { kid: await this.rotate() } };
  }
}

const refused = ({ status, error, description }: Refusal): Answer => ({
  status,
  body: { error, error_description: description },
});

const discoveryOf = (url: string): object => ({
  issuer: url,
  token_endpoint: `${url}/token`,
  jwks_uri: `${url}/jwks`,
  grant_types_supported: ['client_credentials', PERSON_GRANT],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: [],
  subject_types_supported: ['public'],
});

/** RFC 6749 section 2.3.1: in the header, form-encoded, or in the form. */
function credentialsOf(
  request: IncomingMessage,
  form: URLSearchParams,
): { readonly id: string; readonly secret: string } {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) {
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  }
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const [id = '', secret = ''] = colon < 0 ? [pair] : [pair.slice(0, colon), pair.slice(colon + 1)];
  const decoded = (text: string): string => new URLSearchParams(`v=${text}`).get('v') ?? '';
  return { id: decoded(id), secret: decoded(secret) };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = request.headers['content-type'] ?? '';
  const isForm = type.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > FORM_BYTES_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  if (!isForm) return undefined;
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function refusePublicAddress(host: string): void {
  const own = Object.values(networkInterfaces()).flatMap((held) =>
    (held ?? []).map(({ address }) => address),
  );
  const found = publicAddressesOf(host, own);
  if (found.length === 0) return;
  const problem = {
    name: 'HTTP_HOST',
    rule: 'an address that the internet cannot reach: this issuer gives tokens to whoever holds its file',
    value: host === found[0] ? host : `${host}, which is ${found.join(', ')}`,
  };
  throw new Fault('CONFIG_INVALID', { subject: 'issuer', problems: [problem] });
}

function listen(server: Server, { host, port }: IssuerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Fault('PORT_TAKEN', { host, port }, error) : error);
    });
    server.listen(port, host, resolve);
  });
}
