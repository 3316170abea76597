import { type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { faultOf } from '@tickmesh/kernel';
import type { Metrics, TraceCarrier, Tracing } from '@tickmesh/telemetry';
import type { Metadata } from '@grpc/grpc-js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, catchError, finalize, from, lastValueFrom, throwError } from 'rxjs';
import { httpStatusOf } from './faults.ts';

/** A span for each call, under the caller's trace, and the time of gRPC calls by method and status. */
export class RequestTracing implements NestInterceptor {
  readonly #tracing: Tracing;
  readonly #metrics: Metrics;

  constructor(tracing: Tracing, metrics: Metrics) {
    this.#tracing = tracing;
    this.#metrics = metrics;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') return this.#http(context, next);
    return this.#grpc(context, next);
  }

  #http(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.#tracing.isEnabled) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const attributes = {
      'http.request.method': request.method,
      'http.route': request.routeOptions.url ?? 'unmatched',
    };
    const parent = carrierFrom((name) => request.headers[name]);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const answer = this.#tracing.withSpan(
      'http.request',
      { kind: 'server', parent, attributes },
      async (span) => {
        let status = 0;
        try {
          const value: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
          status = reply.statusCode;
          return value;
        } catch (thrown) {
          status = httpStatusOf(thrown);
          throw thrown;
        } finally {
          span.set({ 'http.response.status_code': status });
        }
      },
    );
    return from(answer);
  }

  /** A streaming call lasts as long as its stream, so its span is not the one that code runs in. */
  #grpc(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const method = `${context.getClass().name}/${context.getHandler().name}`;
    const metadata = context.switchToRpc().getContext<Metadata | undefined>();
    const parent = carrierFrom((name) => metadata?.get(name)[0]?.toString());
    const span = this.#tracing.startSpan('grpc.request', {
      kind: 'server',
      parent,
      attributes: { 'rpc.method': method },
    });
    const startedMs = performance.now();
    let status = 'OK';
    return next.handle().pipe(
      catchError((thrown: unknown) => {
        status = faultOf(thrown).reaction.grpc;
        span.fail(thrown);
        return throwError(() => thrown);
      }),
      finalize(() => {
        span.set({ 'rpc.response.status_code': status });
        span.end();
        const seconds = (performance.now() - startedMs) / 1_000;
        this.#metrics
          .histogram('grpc_request_duration_seconds', { method, status })
          .observe(seconds);
      }),
    );
  }
}

function carrierFrom(
  header: (name: string) => string | readonly string[] | undefined,
): TraceCarrier {
  const traceparent = header('traceparent');
  const tracestate = header('tracestate');
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}
