import type { Command } from 'commander';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { callerToken, rotateIssuerKey } from '../signed-in.ts';

interface TokenOptions extends CommonOptions {
  readonly rotateKey?: boolean;
}

/** `mesh token`: a token for calls by hand, with curl or grpcurl. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('token')
    .description('A token to call services with: of the development issuer, for --as and --role')
    .option(
      '--rotate-key',
      'turn the key of the development issuer first: what it signed stays good',
    )
    .option('--json', 'one JSON text, with what the token says')
    .action((options: TokenOptions) =>
      run(options, output, async () => {
        if (options.rotateKey === true) await rotateIssuerKey();
        await show(options, output);
      }),
    );
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
