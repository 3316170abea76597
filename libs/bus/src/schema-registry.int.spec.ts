import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault, faultOf } from '@tickmesh/kernel';
import { connectBus } from './bus.ts';
import { schemaRegistry } from './schema-registry.ts';
import { kafkaConfig } from './testing/harness.ts';
import { partsFromEnvironment } from './testing/parts.ts';
import { type RegistryProxy, startRegistryProxy } from './testing/registry-proxy.ts';

const AUTHORIZATION = `Basic ${Buffer.from('desk:pass/word').toString('base64')}`;

let proxy: RegistryProxy;

beforeEach(async () => {
  proxy = await startRegistryProxy(partsFromEnvironment().registryUrl);
  proxy.require(AUTHORIZATION);
});

afterEach(async () => {
  await proxy.close();
});

describe('A registry that wants to know who asks', () => {
  it('is told, with every request', async () => {
    const registry = schemaRegistry({ url: proxy.url, authorization: AUTHORIZATION });
    await registry.ping();
    expect(await registry.schemaById(1_999_999_998)).toBeUndefined();
  });

  it('refuses wrong credentials, and nothing repeats them', async () => {
    const wrong = `Basic ${Buffer.from('desk:a wrong word').toString('base64')}`;
    let refusal: Fault | undefined;
    try {
      await schemaRegistry({ url: proxy.url, authorization: wrong }).ping();
    } catch (thrown) {
      refusal = faultOf(thrown);
    }
    expect(refusal?.code).toBe('REGISTRY_CREDENTIALS');
    expect(inspect(refusal, { depth: 9 })).not.toContain(wrong.slice(6));
  });

  it('is not asked by an address that holds them: they would be shown with it', () => {
    const registry = { url: 'http://desk:secret@127.0.0.1:8081' };
    const connect = (): unknown => connectBus({ kafka: kafkaConfig('127.0.0.1:9092'), registry });
    expect(connect).toThrow('expected no credentials');
    expect(connect).not.toThrow('secret');
  });
});
