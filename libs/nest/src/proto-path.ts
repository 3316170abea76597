import { fileURLToPath } from 'node:url';

/** Where a proto file of the contracts lies, as `tickmesh/order/v1/orders.proto` names it. */
export function protoPathOf(name: string): string {
  return fileURLToPath(new URL(`../../../contracts/proto/${name}`, import.meta.url));
}
