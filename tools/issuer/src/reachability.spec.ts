import { describe, expect, it } from '@jest/globals';
import { issuerSchema, loadConfig, problemsOf } from '@tickmesh/config';
import { publicAddressesOf } from './reachability.ts';

describe('the addresses of the issuer', () => {
  it.each([
    ['127.0.0.1', []],
    ['localhost', []],
    ['::1', []],
    ['10.1.2.3', []],
    ['fe80::1%eth0', []],
    ['::ffff:192.168.1.1', []],
    ['8.8.8.8', ['8.8.8.8']],
    ['::ffff:8.8.8.8', ['::ffff:8.8.8.8']],
    ['2a00:1450::1', ['2a00:1450::1']],
    ['issuer.example.com', ['issuer.example.com']],
    ['0.0.0.0', ['203.0.113.7']],
    ['::', ['203.0.113.7']],
  ])('on %s that the internet could reach are %j', (host, found) => {
    expect(publicAddressesOf(host, ['127.0.0.1', '172.17.0.2', '203.0.113.7'])).toEqual(found);
  });

  it('do not help in production, which is what a process is run for unless it is told', () => {
    for (const environment of [{}, { NODE_ENV: 'production' }]) {
      const problems = (): unknown => {
        try {
          return loadConfig(issuerSchema, environment);
        } catch (thrown) {
          return problemsOf(thrown).map(({ name }) => name);
        }
      };
      expect(problems()).toEqual(['NODE_ENV']);
    }
    expect(loadConfig(issuerSchema, { NODE_ENV: 'development' }).issuer.port).toBe(3007);
  });
});
