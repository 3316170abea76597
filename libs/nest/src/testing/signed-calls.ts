import { type Interceptor, InterceptingCall } from '@grpc/grpc-js';

/** Makes every call of a gRPC client one of somebody: `new Client(address, credentials, { interceptors: [...] })`. */
export function signedCalls({ authorization }: { readonly authorization: string }): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set('authorization', authorization);
        next(metadata, listener);
      },
    });
}
