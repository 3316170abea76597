import type { Command } from 'commander';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { callerToken } from '../signed-in.ts';

/** `mesh token`: a token for calls by hand, with curl or grpcurl. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('token')
    .description('A token to call services with: of the development issuer, for --as and --role')
    .option('--json', 'one JSON text, with what the token says')
    .action((options: CommonOptions) => run(options, output, () => show(options, output)));
}

async function show(options: CommonOptions, output: Output): Promise<void> {
  const token = await callerToken();
  output.line(options.json === true ? json({ token, claims: claimsOf(token) }) : token);
}

/** The claims of a JWT (RFC 7519), unverified: the services judge them. */
function claimsOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
