/** Every schema of the mesh: what is known, what is documented, what an environment may set. */
import type { ConfigSchema } from './load.ts';
import { commandLineSchema } from './services/command-line.ts';
import { connectorSchema } from './services/connector.ts';
import { dataPlaneSchema } from './services/data-plane.ts';
import { issuerSchema } from './services/issuer.ts';
import { orderPlaneSchema } from './services/order-plane.ts';
import { paperBrokerSchema } from './services/paper-broker.ts';
import { storeSchema } from './services/store.ts';
import { strategyPlaneSchema } from './services/strategy-plane.ts';

export const SCHEMAS: readonly ConfigSchema[] = [
  connectorSchema,
  dataPlaneSchema,
  strategyPlaneSchema,
  orderPlaneSchema,
  paperBrokerSchema,
  storeSchema,
  issuerSchema,
  commandLineSchema,
];
