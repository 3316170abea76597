import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { durationMs, readCompose } from './compose.ts';
import { localise } from './localise.ts';
import { REPOSITORY_ROOT } from './paths.ts';

const file = join(REPOSITORY_ROOT, 'docker-compose.yml');
const places = { root: REPOSITORY_ROOT, dataDir: '/data' };

describe('the compose file as the launcher reads it', () => {
  it('moves every address of a service with the variable of its port', () => {
    const compose = readCompose(file, {
      KAFKA_PORT: '19092',
      REGISTRY_PORT: '18081',
      POSTGRES_PORT: '15433',
    });
    const order = compose.services.get('order-plane');
    if (order === undefined) throw new Error('the order plane is in the file');
    const { environment, command } = localise(order, compose, places);
    expect(environment).toMatchObject({
      KAFKA_BROKERS: '127.0.0.1:19092',
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:18081/apis/ccompat/v7',
      DATABASE_URL: 'postgres://tickmesh:tickmesh@127.0.0.1:15433/tickmesh',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '3003',
    });
    expect([command[0], command.at(-1)]).toEqual(['node', 'services/order-plane/dist/main.js']);
  });

  it('puts named volumes under the data folder and binds under the repository', () => {
    const compose = readCompose(file, {});
    const kafka = compose.services.get('kafka');
    if (kafka === undefined) throw new Error('the broker is in the file');
    expect(localise(kafka, compose, places).environment['KAFKA_LOG_DIRS']).toBe(
      join('/data', 'kafka-data'),
    );
  });

  it('waits for the setup to complete before a plane starts', () => {
    const plane = readCompose(file, {}).services.get('data-plane');
    expect(plane?.dependsOn).toEqual({
      issuer: 'service_healthy',
      kafka: 'service_healthy',
      registry: 'service_healthy',
      setup: 'service_completed_successfully',
    });
  });

  it('refuses a port variable that is not a port, and names it', () => {
    expect(() => readCompose(file, { KAFKA_PORT: '70000' })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ variable: 'KAFKA_PORT' }) }),
    );
  });

  it.each([
    ['500ms', 500],
    ['15s', 15_000],
    ['1m30s', 90_000],
  ])('reads %s as %d ms', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it('refuses a duration without a unit', () => {
    expect(() => durationMs('15')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
