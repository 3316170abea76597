/** Broker, registry and database in the foreground, for running single specs against without starting them anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faultOf } from '@tickmesh/kernel';
import { MESH_DIR, checkPorts, endRequested, startInfrastructure } from '@tickmesh/local';
import { environmentOf } from './environment.ts';

const HELP = `Usage: node tools/test/serve.mjs [--dir FOLDER] [--kafka PORT] [--registry PORT] [--postgres PORT]

Starts Kafka, the schema registry and PostgreSQL for tests, prints the variables that specs read, and stops them on
Ctrl-C. Data stays in FOLDER (default .mesh/serve).
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string', default: join(MESH_DIR, 'serve') },
      kafka: { type: 'string', default: '19092' },
      registry: { type: 'string', default: '18081' },
      postgres: { type: 'string', default: '15432' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const ports = [
    { variable: '--kafka', port: Number(values.kafka), service: 'the broker' },
    { variable: '--registry', port: Number(values.registry), service: 'the registry' },
    { variable: '--postgres', port: Number(values.postgres), service: 'PostgreSQL' },
  ] as const;
  await checkPorts(ports);
  const dir = resolve(values.dir);
  mkdirSync(dir, { recursive: true });
  const pidFile = join(dir, 'pid');
  writeFileSync(pidFile, `${String(process.pid)}\n`);
  const ended = endRequested();
  const parts = await startInfrastructure({
    dir,
    brokerPort: ports[0].port,
    registryPort: ports[1].port,
    postgresPort: ports[2].port,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  for (const [name, value] of Object.entries(environmentOf(parts))) {
    process.stdout.write(`export ${name}=${value}\n`);
  }
  await ended;
  await parts.stop();
  rmSync(pidFile, { force: true });
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`${faultOf(thrown).message}\n`);
  process.exitCode = 1;
}
