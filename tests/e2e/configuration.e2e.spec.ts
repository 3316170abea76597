/** A service that is told something wrong says all of it at once, starts nothing, and ends with 1. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceProcess, ServiceScript } from './support/service-process.ts';
import { type TestMesh, openTestMesh } from './support/test-mesh.ts';

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await openTestMesh('configuration');
});

afterAll(async () => {
  await (mesh as TestMesh | undefined)?.close();
});

async function refused(
  script: ServiceScript,
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const service = await mesh.start(script, environment);
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.lines('service.ready')).toEqual([]);
  return service;
}

const BROKEN = {
  KAFKA_BROKERS: 'nowhere',
  KAFKA_SESSION_TIMEOUT_MS: '-1',
  KAFKA_SECURITY_PROTOCOL: 'TLS',
  SCHEMA_REGISTRY_URL: 'registry:8081',
  HTTP_PORT: '70000',
  LOG_LEVEL: 'loud',
  TICKMESH_NO_SUCH_THING: '1',
};

/** Not YAML's fault: each of the three is wrong by its meaning, on a line of its own. */
const STRATEGIES = `version: 1
strategies:
  - id: lower
    kind: ofi_crossover
    account: PAPER-1
    markets:
      - { symbol: NOSUCH, exchange: BINANCE }
    parameters:
      window: 1s
      threshold: -2
      notional: 10000
      position_notional_max: 50000
      cooldown_ms: 5000
`;

const LIMITS = `versions:
  - version: one
    effective_from: yesterday
    changed_by: desk
    reason: Broken on purpose.
    accounts:
      PAPER-1: { broker: paper, cash: { USD: lots } }
    strategies:
      '*': { account: PAPER-1 }
`;

describe('A broken configuration', () => {
  const scripts: readonly ServiceScript[] = [
    'data-plane/main',
    'data-plane/connector',
    'strategy-plane/main',
    'order-plane/main',
  ];

  it.each(scripts)('of %s has every problem listed, and nothing is started', async (script) => {
    const service = await refused(script, BROKEN);
    const output = service.output();
    for (const variable of Object.keys(BROKEN)) {
      expect(output).toMatch(new RegExp(`^${variable}: .+`, 'm'));
    }
    if (script === 'data-plane/connector') expect(output).toMatch(/^FEED: required/m);
    expect(service.lines('service.starting')).toEqual([]);
    expect(service.lines('config.refused')).toHaveLength(1);
  });

  it('shows no secret, not even a wrong one', async () => {
    const secrets = {
      DATABASE_URL: 'mysql://desk:hunter2@127.0.0.1/x',
      KAFKA_SASL_PASSWORD: 'hunter3',
      KAFKA_SASL_MECHANISM: 'ROT13',
    };
    const output = (await refused('order-plane/main', secrets)).output();
    expect(output).toMatch(/^DATABASE_URL: /m);
    expect(output).not.toMatch(/hunter[23]/);
  });
});

describe('A broken document', () => {
  it('of strategies is refused with the line of each problem', async () => {
    const file = join(mesh.folder, 'strategies.yaml');
    writeFileSync(file, STRATEGIES);
    const service = await refused('strategy-plane/main', { STRATEGIES_FILE: file });
    const { fault } = service.lines('service.failed')[0] as unknown as { fault: { code: string } };
    expect(fault.code).toBe('STRATEGY_INVALID');
    const said = service.output();
    for (const line of [3, 7, 10]) expect(said).toContain(`strategies.yaml:${String(line)}:`);
    expect(await mesh.bus.groupIds()).not.toContain(`${mesh.prefix}strategy-lower`);
  });

  it('of limits is refused with the line of each problem', async () => {
    const file = join(mesh.folder, 'limits.yaml');
    writeFileSync(file, LIMITS);
    const service = await refused('order-plane/main', { LIMITS_FILE: file });
    const { fault } = service.lines('service.failed')[0] as unknown as { fault: { code: string } };
    expect(fault.code).toBe('LIMITS_INVALID');
    const said = service.output();
    for (const line of [2, 3, 7]) expect(said).toContain(`limits.yaml:${String(line)}:`);
  });

  it('that is not there is refused by its name', async () => {
    const file = join(mesh.folder, 'nowhere.yaml');
    const service = await refused('strategy-plane/main', { STRATEGIES_FILE: file });
    expect(service.output()).toContain('nowhere.yaml');
  });
});
