/** Default ports, written down once: HTTP 3001-3006, gRPC 4001-4006, everything on loopback. */
export const PORTS = {
  kafka: 9092,
  registry: 8081,
  database: 5433,
  kafkaUi: 8080,
  console: 8088,
  'data-plane': { http: 3001, grpc: 4001 },
  'strategy-plane': { http: 3002, grpc: 4002 },
  'order-plane': { http: 3003, grpc: 4003 },
  store: { http: 3004, grpc: 4004 },
  view: { http: 3005, grpc: 4005 },
  connector: { http: 3006, grpc: 4006 },
  issuer: 3007,
  'paper-broker': { http: 3008, grpc: 4008 },
  /** Where order planes open sessions with the paper broker as a process. */
  paperSessions: 4108,
} as const;

export const LOOPBACK = '127.0.0.1';

/** The services that listen, in the order of their ports. */
export type ServiceName =
  'data-plane' | 'strategy-plane' | 'order-plane' | 'store' | 'view' | 'connector' | 'paper-broker';
