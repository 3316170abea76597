/** Who makes the call that a handler serves: known before the handler runs, or the call is refused. */
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { Fault } from '@tickmesh/kernel';
import type { Caller } from '@tickmesh/sign-in';

/** By the call's own object: the request over HTTP, the metadata over gRPC. It cannot be forged from outside. */
const callers = new WeakMap<object, Caller>();

export function rememberCaller(call: object, caller: Caller): void {
  callers.set(call, caller);
}

/**
 * The caller of an HTTP request (Fastify's), or of a gRPC call by its metadata.
 * @throws Fault NOT_SIGNED_IN for a call that is public, and has nobody
 */
export function callerOf(call: object): Caller {
  const caller = callers.get(call);
  if (caller === undefined) throw new Fault('NOT_SIGNED_IN', { rule: 'a call of somebody' });
  return caller;
}

/**
 * The caller, as a parameter of a handler of either transport: `halt(@CalledBy() caller: Caller, ...)`. Beside it in a
 * gRPC handler, the message must be marked with Nest's `@Payload()`.
 */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(
    context.getType() === 'http'
      ? context.switchToHttp().getRequest<object>()
      : context.switchToRpc().getContext<object>(),
  ),
);
