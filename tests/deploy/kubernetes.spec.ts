import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { knownVariables } from '@tickmesh/config';
import { PRINCIPALS } from '@tickmesh/contracts';
import { parse } from 'yaml';
import { DEPLOY_DIR, at, documentsOf, listAt, readText, serviceNamed, yamlFiles } from './files.ts';

const BASE = 'k8s/base';
const SERVICES = ['data-plane', 'strategy-plane', 'order-plane', 'store', 'connector'];
const files = yamlFiles('k8s');
const manifests = files.filter((path) => !path.endsWith('kustomization.yaml')).flatMap(documentsOf);

function baseDocument(name: string, kind: string): unknown {
  return documentsOf(`${BASE}/${name}.yaml`).find((document) => at(document, 'kind') === kind);
}

function container(document: unknown): unknown {
  return at(document, 'spec', 'template', 'spec', 'containers', 0);
}

/** `env` entries with plain values. */
function plainEnvironment(document: unknown): Record<string, unknown> {
  const entries = listAt(container(document), 'env').filter(
    (entry) => at(entry, 'value') !== undefined,
  );
  return Object.fromEntries(
    entries.map((entry) => [String(at(entry, 'name')), at(entry, 'value')]),
  );
}

describe('the Kubernetes manifests', () => {
  it('list every file that lies beside them, and only those', () => {
    for (const path of files.filter((file) => file.endsWith('kustomization.yaml'))) {
      const folder = dirname(path);
      const listed = listAt(documentsOf(path)[0], 'resources').map((name) => String(name));
      const missing = listed.filter((name) => !existsSync(join(DEPLOY_DIR, folder, name)));
      const beside = files
        .filter((file) => dirname(file) === folder && file !== path)
        .filter((file) => !listed.some((name) => join(folder, name) === file));
      expect([path, missing, beside]).toEqual([path, [], []]);
    }
  });

  it.each(SERVICES)('run %s as the compose file does', (name) => {
    const deployment = baseDocument(name, 'Deployment');
    const { command, environment, image } = serviceNamed(name);
    expect(at(container(deployment), 'command')).toEqual(command);
    expect(at(container(deployment), 'image')).toBe(image.split(':')[0]);
    expect(plainEnvironment(deployment)).toMatchObject({
      HTTP_PORT: environment['HTTP_PORT'],
      GRPC_PORT: environment['GRPC_PORT'],
    });
    const ports = listAt(container(deployment), 'ports').map((port) =>
      String(at(port, 'containerPort')),
    );
    expect(ports).toEqual([environment['HTTP_PORT'], environment['GRPC_PORT']]);
  });

  it('run the setup as the compose file does', () => {
    expect(at(container(baseDocument('setup', 'Job')), 'command')).toEqual(
      serviceNamed('setup').command,
    );
  });

  it('select the pods that they label', () => {
    const workloads = manifests.filter((document) =>
      at(document, 'spec', 'selector', 'matchLabels'),
    );
    const labelled = workloads.filter((document) => at(document, 'spec', 'template') !== undefined);
    expect(labelled.length).toBeGreaterThan(SERVICES.length);
    for (const document of labelled) {
      const labels = at(document, 'spec', 'template', 'metadata', 'labels');
      expect(labels).toMatchObject(at(document, 'spec', 'selector', 'matchLabels') as object);
    }
    const names = new Set(labelled.map((document) => at(document, 'metadata', 'name')));
    for (const document of manifests.filter((one) => at(one, 'kind') === 'Service')) {
      expect(names).toContain(at(document, 'spec', 'selector', 'app.kubernetes.io/name'));
    }
  });

  it('point services at ports that their pods name', () => {
    for (const service of manifests.filter((document) => at(document, 'kind') === 'Service')) {
      const name = at(service, 'metadata', 'name');
      const pods = manifests.filter(
        (document) =>
          at(document, 'metadata', 'name') === name && container(document) !== undefined,
      );
      expect([name, pods.length > 0]).toEqual([name, true]);
      const named = pods.flatMap((pod) =>
        listAt(container(pod), 'ports').map((port) => at(port, 'name')),
      );
      const targets = listAt(service, 'spec', 'ports').map((port) => at(port, 'targetPort'));
      expect([name, targets.filter((target) => !named.includes(target))]).toEqual([name, []]);
    }
  });

  it('tell our services only variables that the configuration knows', () => {
    const known = knownVariables();
    const literals = files
      .filter((path) => path.endsWith('kustomization.yaml'))
      .flatMap((path) => listAt(documentsOf(path)[0], 'configMapGenerator'))
      .flatMap((generator) => listAt(generator, 'literals'))
      .map((literal) => String(literal).split('=')[0] ?? '');
    const direct = SERVICES.flatMap((name) =>
      listAt(container(baseDocument(name, 'Deployment')), 'env').map((entry) =>
        String(at(entry, 'name')),
      ),
    );
    expect([...literals, ...direct].filter((name) => !known.has(name))).toEqual([]);
  });

  it('let each of ours sign in at the broker as the principal of its name', () => {
    const overlay = documentsOf('k8s/overlays/production/kustomization.yaml')[0];
    const users = documentsOf('k8s/overlays/production/kafka-users.yaml');
    expect(users.map((user) => at(user, 'metadata', 'name'))).toEqual(Object.keys(PRINCIPALS));
    for (const name of [...SERVICES, 'setup']) {
      const entries = listAt(overlay, 'patches')
        .filter((patch) => at(patch, 'target', 'name') === name)
        .map((patch) => parse(String(at(patch, 'patch'))) as unknown)
        .flatMap((patch) => listAt(container(patch), 'env'));
      const entry = (variable: string): unknown =>
        entries.find((one) => at(one, 'name') === variable);
      expect(at(entry('KAFKA_SASL_USERNAME'), 'value')).toBe(name);
      expect(at(entry('KAFKA_SASL_PASSWORD'), 'valueFrom', 'secretKeyRef', 'name')).toBe(name);
    }
  });

  it('in production believe a provider on https alone, and nothing of development', () => {
    const overlay = readText('deploy', 'k8s', 'overlays', 'production', 'kustomization.yaml');
    expect(overlay).toMatch(/SIGN_IN_ISSUER=https:/);
    expect(overlay).not.toMatch(/NODE_ENV|issuer\.yaml/);
    const base = readText('deploy', 'k8s', 'base', 'kustomization.yaml');
    expect(base).not.toMatch(/SIGN_IN_|NODE_ENV/);
  });

  it('keep the variables of other services out of ours', () => {
    const patches = listAt(documentsOf(`${BASE}/kustomization.yaml`)[0], 'patches');
    expect(patches.length).toBeGreaterThan(1);
    for (const patch of patches) {
      expect(String(at(patch, 'patch'))).toContain('enableServiceLinks: false');
    }
  });
});
