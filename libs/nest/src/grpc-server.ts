/** gRPC under Nest: the declared packages, reflection for grpcurl, and the standard health service. */
import type { ChannelOptions, Server, ServerInterceptor, ServerOptions } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import type { HttpConfig } from '@tickmesh/config';
import { HealthImplementation, protoPath as healthProtoPath } from 'grpc-health-check';
import { linkedDescriptors } from './linked-descriptors.ts';
import { STATUS_PACKAGE, STATUS_PROTO_PATH } from './service-status.ts';

export interface GrpcDefinition {
  /** Proto packages to serve: `tickmesh.order.v1`. */
  readonly packages: readonly string[];
  /** Absolute paths of their files. */
  readonly protoPaths: readonly string[];
  /** Where their imports are found. */
  readonly includeDirs?: readonly string[];
}

/** For a service that has no calls of its own. */
export const STATUS_ALONE: GrpcDefinition = { packages: [], protoPaths: [] };

/** One message, either way: a request beyond it ends in RESOURCE_EXHAUSTED. */
const MESSAGE_BYTES_MAX = 4_194_304;
const METADATA_BYTES_MAX = 16_384;
const STREAMS_MAX = 256;

/** What stands before every call, and is told of each that is served. */
export interface GrpcGate {
  readonly interceptor: ServerInterceptor;
  /** @param call `package.Service/Method` */
  readonly onServed: (call: string) => void;
}

/** Whoever adds a service, Nest or we: every method of it is told. */
function tellAdded(server: Server, onServed: GrpcGate['onServed']): void {
  const addService = server.addService.bind(server);
  server.addService = (service, implementation) => {
    for (const { path } of Object.values(service)) onServed(path.replace(/^\//, ''));
    addService(service, implementation);
  };
}

/** Nest hands these to the server as they are, and knows channel options alone by type. */
function serverOptions(gate: ServerInterceptor): ChannelOptions {
  const options: ServerOptions = {
    'grpc.max_concurrent_streams': STREAMS_MAX,
    interceptors: [gate],
  };
  return options;
}

export class GrpcHealth {
  readonly #implementation = new HealthImplementation({ '': 'NOT_SERVING' });

  set(isServing: boolean): void {
    this.#implementation.setStatus('', isServing ? 'SERVING' : 'NOT_SERVING');
  }

  options(definition: GrpcDefinition, config: HttpConfig, gate: GrpcGate): GrpcOptions {
    return {
      transport: Transport.GRPC,
      options: {
        url: `${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.grpcPort}`,
        package: [STATUS_PACKAGE, ...definition.packages],
        // The health proto is loaded and never listed as a package: Nest would add it a second time.
        protoPath: [STATUS_PROTO_PATH, ...definition.protoPaths, healthProtoPath],
        loader: {
          longs: String,
          enums: String,
          defaults: true,
          oneofs: true,
          keepCase: true,
          ...(definition.includeDirs === undefined
            ? {}
            : { includeDirs: [...definition.includeDirs] }),
        },
        maxReceiveMessageLength: MESSAGE_BYTES_MAX,
        maxSendMessageLength: MESSAGE_BYTES_MAX,
        maxMetadataSize: METADATA_BYTES_MAX,
        channelOptions: serverOptions(gate.interceptor),
        gracefulShutdown: true,
        onLoadPackageDefinition: (loaded: PackageDefinition, server: Server) => {
          tellAdded(server, gate.onServed);
          new ReflectionService(linkedDescriptors(loaded)).addToServer(server);
          this.#implementation.addToServer(server);
        },
      },
    };
  }
}
