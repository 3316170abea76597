/** The proto files against buf, and every running service's reflection and health against grpcurl. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runningMesh } from './src/running-mesh.mjs';
import { buf, grpcurl, run } from './src/tools.mjs';

export async function verify(root, log) {
  return [...(await lintProtos(root, log)), ...(await callServices(root, log))];
}

async function lintProtos(root, log) {
  const folder = join(root, 'contracts', 'proto');
  const protos = existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.proto'))
    : [];
  if (protos.length === 0) return [];
  const { code, output } = await run(await buf(root, log), ['lint', folder]);
  const detail = code === 0 ? `${protos.length} files` : output;
  return [{ name: 'buf lint of contracts/proto', ok: code === 0, detail }];
}

async function callServices(root, log) {
  const program = await grpcurl(root, log);
  const { services, environment } = await runningMesh(log);
  // Reflection asks for somebody; health asks for nobody.
  const token = await tokenOf(root, environment);
  const verdicts = [];
  for (const { name, addresses } of services) {
    if (addresses.grpc === undefined) continue;
    const call = (...args) => run(program, ['-plaintext', '-max-time', '10', ...args]);
    verdicts.push(
      await reflection(name, addresses.grpc, (...args) =>
        call('-H', `authorization: Bearer ${token}`, ...args),
      ),
      await health(root, name, addresses.grpc, call),
    );
  }
  return verdicts.length > 0
    ? verdicts
    : [{ name: 'services', ok: false, detail: 'none has gRPC' }];
}

async function tokenOf(root, environment) {
  const words = [join(root, 'tools', 'mesh', 'bin', 'mesh.mjs'), 'token', '--role', 'viewer'];
  const { code, stdout, output } = await run(process.execPath, words, {
    env: { ...process.env, ...environment },
  });
  if (code !== 0) throw new Error(`mesh token: ${output}`);
  return stdout.trim();
}

/** Lists what the service offers and has each service of ours described: that needs every message it uses. */
async function reflection(name, address, call) {
  const { stdout, output } = await call(address, 'list');
  const listed = stdout.split('\n').filter((line) => line !== '');
  const ours = listed.filter((service) => service.startsWith('tickmesh.'));
  const failures = [];
  for (const service of ours) {
    const described = await call(address, 'describe', service);
    if (described.code !== 0) failures.push(described.output);
  }
  const ok = ours.length > 0 && listed.includes('grpc.health.v1.Health') && failures.length === 0;
  return {
    name: `reflection of ${name}`,
    ok,
    detail: ok ? listed.join(', ') : failures.join('\n') || output || listed.join(', '),
  };
}

/**
 * The standard health check, by its published proto file: the reflection library does not mark map fields as such,
 * so that grpcurl refuses its description of the method `List`.
 */
async function health(root, name, address, call) {
  const protos = join(root, 'node_modules', 'grpc-health-check', 'proto');
  const files = ['-import-path', protos, '-proto', 'health/v1/health.proto'];
  const { stdout, output } = await call(...files, address, 'grpc.health.v1.Health/Check');
  const ok = stdout.includes('"SERVING"');
  return { name: `health of ${name}`, ok, detail: ok ? 'SERVING' : output };
}
