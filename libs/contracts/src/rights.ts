/** Who may call what: the table of contracts/rights.yaml, and the one way to ask it. */
import type { CALLER_ROLES } from './gen/rights.ts';

export type CallerRole = keyof typeof CALLER_ROLES;

/** `any role`: everybody who signed in and has at least one. */
export type Right = 'public' | 'any role' | readonly CallerRole[];

/** By service, or under `every service`: the calls with who may make them. */
export type ServiceRights = Readonly<Record<string, Readonly<Record<string, Right>>>>;

export interface RightsTable {
  /** Calls are `GET /orders/:intentId`, as the route is declared. */
  readonly http: ServiceRights;
  /** Calls are `tickmesh.order.v1.OrderService/GetOrder`. */
  readonly grpc: ServiceRights;
}

export type RightsTransport = keyof RightsTable;

export interface RightsQuestion {
  readonly transport: RightsTransport;
  readonly service: string;
  readonly call: string;
}

/** What the table says of a call; undefined where it says nothing, which means that nobody may. */
export function rightTo(table: RightsTable, question: RightsQuestion): Right | undefined {
  const { transport, service, call } = question;
  for (const owner of [service, 'every service']) {
    const calls = Object.hasOwn(table[transport], owner) ? table[transport][owner] : undefined;
    if (calls !== undefined && Object.hasOwn(calls, call)) return calls[call];
  }
  return undefined;
}

/** Whether somebody with these roles may use a right. */
export function mayCall(right: Right | undefined, roles: readonly CallerRole[]): boolean {
  if (right === undefined) return false;
  if (right === 'public') return true;
  if (right === 'any role') return roles.length > 0;
  return roles.some((role) => right.includes(role));
}
