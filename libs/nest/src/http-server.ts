/** Fastify under Nest: bounded inputs, security headers, health and metrics. */
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { HttpConfig } from '@tickmesh/config';
import { Fault } from '@tickmesh/kernel';
import type { Metrics } from '@tickmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rememberCaller } from './callers.ts';
import { faultBody, httpStatusOf } from './faults.ts';
import { isForeignHost } from './foreign-hosts.ts';
import { type Gate, retryAfterSeconds } from './gate.ts';
import type { ServiceHealth } from './health.ts';
import { jsonDepth } from './json-depth.ts';

/** Headers of one request, names and values together. */
const HEADER_BYTES_MAX = 16_384;
const HEADERS_MAX = 100;
/** Characters of one path parameter. */
const PARAMETER_CHARACTERS_MAX = 200;
/** Levels of nesting in a JSON body: recursion over a deeper one could exhaust the stack. */
const JSON_DEPTH_MAX = 32;

export function openHttpAdapter(config: HttpConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.bodyBytesMax,
    requestTimeout: config.requestTimeoutMs,
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    forceCloseConnections: 'idle',
    frameworkErrors: (error: Error, _: FastifyRequest, reply: FastifyReply) => {
      void reply.code(httpStatusOf(error)).send(faultBody(error));
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.server.maxHeadersCount = HEADERS_MAX;
  acceptJsonOnly(fastify);
  refuseForeignHosts(fastify, config.host);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    secureHeaders(request, reply);
    done(null, payload);
  });
  return adapter;
}

/**
 * Lets a request through the gate before its body is read. Added before any route, so that it stands before all of
 * them, whoever serves them.
 */
export function guardRequests(adapter: FastifyAdapter, gate: Gate): void {
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRequest', async (request, reply) => {
    const { url: route } = request.routeOptions;
    const { authorization } = request.headers;
    // Nobody further in needs the token, and what nobody has cannot leak.
    delete request.headers.authorization;
    try {
      const caller = await gate.admit({
        transport: 'http',
        call: route === undefined ? undefined : `${methodOf(request)} ${route}`,
        authorization,
        address: request.ip,
      });
      if (caller !== undefined) rememberCaller(request, caller);
    } catch (thrown) {
      await refuse(reply, thrown);
    }
  });
}

/** HEAD is a GET whose answer is not wanted. */
const methodOf = ({ method }: FastifyRequest): string => (method === 'HEAD' ? 'GET' : method);

/** With what RFC 6750 and RFC 6585 ask for, so that any client knows what to do. */
async function refuse(reply: FastifyReply, thrown: unknown): Promise<void> {
  const status = httpStatusOf(thrown);
  const body = faultBody(thrown);
  if (status === 401) {
    const reason = body.error.details?.['reason'];
    const words = typeof reason === 'string' ? reason.replaceAll(/["\\]/g, '') : undefined;
    const error =
      words === undefined ? '' : `, error="invalid_token", error_description="${words}"`;
    void reply.header('www-authenticate', `Bearer realm="tickmesh"${error}`);
  }
  const seconds = retryAfterSeconds(thrown);
  if (seconds !== undefined) void reply.header('retry-after', seconds);
  await reply.code(status).send(body);
}

export interface OperationsParts {
  readonly service: string;
  readonly health: ServiceHealth;
  readonly metrics: Metrics;
}

/** Told of every route, whoever declares it: `GET /orders/:intentId`. Added before any of them. */
export function watchRoutes(adapter: FastifyAdapter, onServed: (call: string) => void): void {
  adapter.getInstance<FastifyInstance>().addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (each !== 'HEAD') onServed(`${each} ${url}`);
  });
}

/** `/health/live`, `/health/ready`, `/metrics`. */
export function serveOperations(adapter: FastifyAdapter, parts: OperationsParts): void {
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.get('/health/live', () => ({ service: parts.service, status: 'live' }));
  fastify.get('/health/ready', async (_, reply) => {
    const report = await parts.health.report();
    return reply.code(report.status === 'ready' ? 200 : 503).send(report);
  });
  fastify.get('/metrics', async (_, reply) => {
    const text = await parts.metrics.render();
    return reply.header('content-type', parts.metrics.contentType).send(text);
  });
}

/** Times every request by its declared route, so that paths cannot flood the labels. */
export function measureRequests(adapter: FastifyAdapter, metrics: Metrics): void {
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unmatched',
      status: String(reply.statusCode),
    };
    metrics.histogram('http_request_duration_seconds', labels).observe(reply.elapsedTime / 1_000);
    done();
  });
}

/** One content type, parsed by Fastify's own parser, which refuses prototype poisoning. */
function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (jsonDepth(body) > JSON_DEPTH_MAX) {
        done(new Fault('ARGUMENT_INVALID', { rule: `nested at most ${JSON_DEPTH_MAX} levels` }));
        return;
      }
      void parse(request, body, done);
    },
  );
}

/** A service on loopback answers only to names of loopback. */
function refuseForeignHosts(fastify: FastifyInstance, host: string): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isForeignHost(host, request.headers.host)) {
      done();
      return;
    }
    const fault = new Fault('ARGUMENT_INVALID', { rule: 'a Host of this machine' });
    void reply.code(421).send(faultBody(fault));
  });
}

/** Scripts and styles are for the OpenAPI page alone, and only its own. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

function secureHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const isPage = request.url === '/docs' || request.url.startsWith('/docs/');
  void reply.headers({
    'content-security-policy': isPage ? PAGE_POLICY : API_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(isPage ? {} : { 'cache-control': 'no-store' }),
  });
}
