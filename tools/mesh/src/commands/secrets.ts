import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PRINCIPALS } from '@tickmesh/contracts';
import { ensureClients } from '@tickmesh/issuer';
import { createAuthority } from '@tickmesh/local';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface SecretsOptions extends CommonOptions {
  readonly hosts: string;
  readonly issuer: string;
}

/** The audience of tokens for the broker. */
const AUDIENCE = 'kafka';
/** The common name of the broker's certificate: docker-compose.secure.yml gives it all rights. */
const BROKER = 'broker';
const OWNER_ALONE = 0o600;
const OWNER_ALONE_FOLDER = 0o700;

/** `mesh secrets FOLDER`: what a mesh on this machine signs in with at its own broker. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('secrets <folder>')
    .description(
      'Make certificates and client secrets for a mesh on this machine: npm start -- --secure',
    )
    .requiredOption('--hosts <names>', 'names and addresses of the broker, separated by commas')
    .option(
      '--issuer <folder>',
      'folder of the development issuer',
      process.env['ISSUER_FOLDER'] ?? '.mesh/issuer',
    )
    .option('--json', 'one JSON text')
    .action((folder: string, options: SecretsOptions) =>
      run(options, output, () => makeSecrets(folder, options, output)),
    );
}

/**
 * A folder for the broker with its certificate, and one for each principal with its secret at the issuer; each with
 * the authority's certificate. Certificates are new each time, secrets stay.
 */
async function makeSecrets(folder: string, options: SecretsOptions, output: Output): Promise<void> {
  const principals = Object.keys(PRINCIPALS);
  const clients = ensureClients(
    options.issuer,
    principals.map((id) => ({ id, audiences: [AUDIENCE] })),
  );
  const authority = await createAuthority();
  const hosts = options.hosts.split(',').map((host) => host.trim());
  const { certificate, key } = await authority.issue({ name: BROKER, usage: 'server', hosts });
  writePrivately(join(folder, BROKER), {
    'authority.pem': authority.certificate,
    'broker.pem': `${key}${certificate}`,
  });
  for (const name of principals) {
    writePrivately(join(folder, name), {
      'authority.pem': authority.certificate,
      'client-secret': clients.get(name)?.secret ?? '',
    });
  }
  output.line(
    options.json === true
      ? json({ folder, principals })
      : `${folder}: the broker's certificate, and secrets of ${principals.join(', ')}`,
  );
}

function writePrivately(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ALONE_FOLDER });
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: OWNER_ALONE });
    // One that was there keeps its mode when it is written again.
    chmodSync(file, OWNER_ALONE);
  }
}
