import { code, pageHead, table } from './markdown.ts';
import { readRights } from './rights.ts';

/** Who may call what, for people. */
export function renderRightsPage(yaml: string): string {
  const { roles, http, grpc } = readRights(yaml);
  return [
    pageHead('Rights', 'contracts/rights.yaml'),
    'Every call of every service is listed here; what is not listed is refused. How callers sign in, and what a role',
    'is worth, is told in [security.md](../security.md).\n',
    '## Roles\n',
    table(
      ['role', 'what for'],
      Object.entries(roles).map(([role, says]) => [code(role), says]),
    ),
    ...[['HTTP', http] as const, ['gRPC', grpc] as const].flatMap(([transport, services]) => [
      `## ${transport}\n`,
      table(
        ['service', 'call', 'who'],
        Object.entries(services).flatMap(([service, calls]) =>
          Object.entries(calls).map(([call, right]) => [
            service,
            code(call),
            typeof right === 'string' ? right : right.map(code).join(', '),
          ]),
        ),
      ),
    ]),
  ].join('\n');
}
