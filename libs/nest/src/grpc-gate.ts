/** The gate on gRPC: below Nest, so that health, reflection and whatever else is served pass it too. */
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { rememberCaller } from './callers.ts';
import { grpcErrorOf } from './faults.ts';
import { type Gate, retryAfterSeconds } from './gate.ts';

export function grpcGate(gate: Gate): ServerInterceptor {
  return (method, call) => {
    const admit = async (metadata: Metadata): Promise<void> => {
      const authorization = metadata.get('authorization')[0]?.toString();
      // Nobody further in needs the token, and what nobody has cannot leak.
      metadata.remove('authorization');
      const caller = await gate.admit({
        transport: 'grpc',
        call: method.path.replace(/^\//, ''),
        authorization,
        address: hostOf(call.getPeer()),
      });
      if (caller !== undefined) rememberCaller(metadata, caller);
    };
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, nextMetadata) => {
            admit(metadata).then(
              () => {
                nextMetadata(metadata);
              },
              (thrown: unknown) => {
                call.sendStatus(refusalOf(thrown));
              },
            );
          },
        });
      },
    });
  };
}

function refusalOf(thrown: unknown): ReturnType<typeof grpcErrorOf> {
  const refusal = grpcErrorOf(thrown);
  const seconds = retryAfterSeconds(thrown);
  if (seconds !== undefined) refusal.metadata.set('retry-after', String(seconds));
  return refusal;
}

/** `ipv4:127.0.0.1:5000` or `127.0.0.1:5000`: without the port, which is another for each connection. */
const hostOf = (peer: string): string => peer.replace(/:\d+$/, '');
