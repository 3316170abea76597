import { parse } from 'yaml';

/** contracts/rights.yaml: roles, and per transport and service the calls with who may make them. */
interface RightsFile {
  readonly roles: Readonly<Record<string, string>>;
  readonly http: RightsByService;
  readonly grpc: RightsByService;
}

type Right = 'public' | 'any role' | readonly string[];
type RightsByService = Readonly<Record<string, Readonly<Record<string, Right>>>>;

const ROUTE = /^(GET|POST|PUT|PATCH|DELETE) \/[\w.:*/-]*$/;
const RPC = /^[\w.]+\/\w+$/;

/** @throws Error naming the line that is no route, no rpc, or names a role that is not declared */
export function readRights(yaml: string): RightsFile {
  const file = parse(yaml) as RightsFile;
  for (const [transport, form] of [
    ['http', ROUTE],
    ['grpc', RPC],
  ] as const) {
    for (const [call, right] of Object.values(file[transport]).flatMap(Object.entries<Right>)) {
      if (!form.test(call)) throw new Error(`rights.yaml: ${call} is not of the form ${form}`);
      checkRight(file, call, right);
    }
  }
  return file;
}

function checkRight({ roles }: RightsFile, call: string, right: Right): void {
  if (right === 'public' || right === 'any role') return;
  if (!Array.isArray(right) || right.length === 0) {
    throw new Error(`rights.yaml: ${call} needs public, any role, or a list of roles`);
  }
  const unknown = (right as readonly string[]).filter((role) => !Object.hasOwn(roles, role));
  if (unknown.length > 0) throw new Error(`rights.yaml: ${call} names the role ${unknown.join()}`);
}

/** The table that both transports ask. */
export function renderRights(yaml: string): string {
  const { roles, http, grpc } = readRights(yaml);
  return `// Generated from contracts/rights.yaml by \`npm run generate\`; do not edit.
import type { RightsTable } from '../rights.ts';

export const CALLER_ROLES = ${JSON.stringify(roles, null, 2)} as const;

export const RIGHTS: RightsTable = ${JSON.stringify({ http, grpc }, null, 2)};
`;
}
