/** Faults at the edge: one mapping to HTTP and one to gRPC, read from the table of kinds. */
import { status as GrpcStatus, Metadata } from '@grpc/grpc-js';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type ErrorCode, Fault, faultOf, isFault } from '@tickmesh/kernel';
import type { Logger } from '@tickmesh/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, throwError } from 'rxjs';

/** The body of every failed HTTP call. */
export interface FaultBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly kind: string;
    readonly message: string;
    /** Facts of the fault; absent for our own bugs, whose facts are in the log alone. */
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** Metadata of a failed gRPC call that carries the code of the fault. */
export const GRPC_FAULT_CODE = 'tickmesh-fault-code';
/** And its facts, as JSON in UTF-8, where they fit. */
export const GRPC_FAULT_DETAILS = 'tickmesh-fault-details-bin';
/** A fourth of what our servers take as metadata: the sentence, which has the facts too, travels beside them. */
const DETAILS_BYTES_MAX = 4_096;

export function httpStatusOf(thrown: unknown): number {
  return statusGiven(thrown) ?? faultOf(thrown).reaction.http;
}

export function faultBody(thrown: unknown): FaultBody {
  const fault = edgeFault(thrown);
  const isOurs = fault.kind === 'bug' || fault.kind === 'corrupt';
  return {
    error: {
      code: fault.code,
      kind: fault.kind,
      message: isOurs ? new Fault(fault.code).message : fault.message,
      ...(isOurs ? {} : { details: jsonSafe(fault.details) }),
    },
  };
}

/** What grpc-js puts on the wire: canonical code, sentence, and the code of the fault beside them. */
export function grpcErrorOf(thrown: unknown): {
  readonly code: GrpcStatus;
  readonly details: string;
  readonly message: string;
  readonly metadata: Metadata;
} {
  const fault = edgeFault(thrown);
  const { message, details } = faultBody(fault).error;
  const metadata = new Metadata();
  metadata.set(GRPC_FAULT_CODE, fault.code);
  const facts = Buffer.from(JSON.stringify(details ?? {}));
  if (details !== undefined && facts.length <= DETAILS_BYTES_MAX) {
    metadata.set(GRPC_FAULT_DETAILS, facts);
  }
  const code = GrpcStatus[fault.reaction.grpc as keyof typeof GrpcStatus];
  return { code, details: message, message, metadata };
}

/** The one filter, for both transports. */
@Catch()
export class FaultFilter implements ExceptionFilter {
  readonly #logger: Logger;

  // eslint-disable-next-line no-restricted-syntax -- made by hand in boot.ts, never injected
  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() === 'http') {
      this.#answerHttp(thrown, host);
      return undefined;
    }
    const fault = edgeFault(thrown);
    this.#logger.fault('request.failed', fault, { transport: 'grpc' });
    return throwError(() => grpcErrorOf(fault));
  }

  #answerHttp(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const status = httpStatusOf(thrown);
    const route = request.routeOptions.url ?? 'unmatched';
    this.#logger.fault('request.failed', edgeFault(thrown), {
      transport: 'http',
      method: request.method,
      route,
      status,
    });
    if (!reply.sent) void reply.code(status).send(faultBody(thrown));
  }
}

/** The framework's own refusals (no such route, body too large) in the words of the table. */
function edgeFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const status = statusGiven(thrown);
  if (status === undefined) return faultOf(thrown);
  const code: ErrorCode = status === 404 ? 'NOT_FOUND' : 'ARGUMENT_INVALID';
  return new Fault(code, { reason: (thrown as Error).message }, thrown);
}

/** A 4xx that Nest or Fastify decided on; anything else is ours to judge. */
function statusGiven(thrown: unknown): number | undefined {
  if (isFault(thrown) || !(thrown instanceof Error)) return undefined;
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : (thrown as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function jsonSafe(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(details, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
