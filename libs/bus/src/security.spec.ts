import { describe, expect, it } from '@jest/globals';
import type { AuthenticationProviderArgs, SaslAuthenticateArgs } from 'kafkajs';
import { initialResponse, oauthbearer, securitySettings } from './security.ts';
import { kafkaConfig } from './testing/harness.ts';

const base = kafkaConfig('127.0.0.1:9092');

/** Runs the mechanism against an answer of the broker; resolves with what was sent. */
async function authenticate(answer: string): Promise<Buffer> {
  let sent: Buffer = Buffer.alloc(0);
  const { authenticationProvider } = oauthbearer(() => Promise.resolve('TOKEN'), { a: 'b' });
  const saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate'] = async <Result>({
    request,
    response,
  }: SaslAuthenticateArgs<Result>): Promise<Result | undefined> => {
    sent = await request.encode();
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, answer.length]), Buffer.from(answer)]);
    return response?.parse(await response.decode(bytes));
  };
  await authenticationProvider({
    host: 'h',
    port: 1,
    logger: undefined as never,
    saslAuthenticate,
  }).authenticate();
  return sent;
}

describe('Security settings', () => {
  it('map mutual TLS to what the socket takes', () => {
    const tls = { ca: 'CA', cert: 'CERT', key: 'KEY', keyPassword: 'secret' };
    expect(securitySettings({ ...base, securityProtocol: 'SSL', tls }, undefined)).toMatchObject({
      ssl: { ca: ['CA'], cert: 'CERT', key: 'KEY', passphrase: 'secret' },
    });
  });

  it.each([
    ['PLAIN', 'plain'],
    ['SCRAM-SHA-256', 'scram-sha-256'],
    ['SCRAM-SHA-512', 'scram-sha-512'],
  ] as const)('map %s to the mechanism of the client', (mechanism, theirs) => {
    const sasl = { mechanism, username: 'u', password: 'p' };
    const settings = securitySettings(
      { ...base, securityProtocol: 'SASL_PLAINTEXT', sasl },
      undefined,
    );
    expect(settings.sasl).toEqual({ mechanism: theirs, username: 'u', password: 'p' });
    expect(settings.ssl).toBeUndefined();
  });

  it('put token and extensions into the first message as RFC 7628 says', () => {
    const bytes = initialResponse('T', { logicalCluster: 'lkc-1', identityPoolId: 'pool-1' });
    expect(bytes.toString('latin1')).toBe(
      'n,,\u0001auth=Bearer T\u0001logicalCluster=lkc-1\u0001identityPoolId=pool-1\u0001\u0001',
    );
    expect(initialResponse('T', {}).toString('latin1')).toBe('n,,\u0001auth=Bearer T\u0001\u0001');
  });

  it('send the first message behind its length and take an empty answer for a welcome', async () => {
    const sent = await authenticate('');
    expect(sent.readInt32BE(0)).toBe(sent.length - 4);
    expect(sent.subarray(4).equals(initialResponse('TOKEN', { a: 'b' }))).toBe(true);
  });

  it('take any other answer for a refusal, with its reason', async () => {
    await expect(authenticate('{"status":"invalid_token"}')).rejects.toMatchObject({
      code: 'BROKER_CREDENTIALS',
      details: { reason: '{"status":"invalid_token"}' },
    });
  });
});
