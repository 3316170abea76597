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
  const { services } = await runningMesh(log);
  const verdicts = [];
  for (const { name, addresses } of services) {
    if (addresses.grpc === undefined) continue;
    const call = (...args) => run(program, ['-plaintext', '-max-time', '10', ...args]);
    const list = await call(addresses.grpc, 'list');
    const listed = list.stdout.split('\n').filter((line) => line !== '');
    const health = await call(addresses.grpc, 'grpc.health.v1.Health/Check');
    const reflects = list.code === 0 && listed.includes('grpc.health.v1.Health');
    verdicts.push(
      {
        name: `reflection of ${name}`,
        ok: reflects,
        detail: reflects ? listed.join(', ') : list.output,
      },
      {
        name: `health of ${name}`,
        ok: health.stdout.includes('"SERVING"'),
        detail: health.output.replaceAll(/\s+/g, ' '),
      },
    );
  }
  return verdicts.length > 0
    ? verdicts
    : [{ name: 'services', ok: false, detail: 'none has gRPC' }];
}
