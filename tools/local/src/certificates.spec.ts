import { X509Certificate, createPrivateKey } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Authority, type Certificate, createAuthority } from './certificates.ts';

let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority();
});

/** What the server says to a client that shows this certificate, or why the one refuses the other. */
async function handshake(own: Certificate, shown: Certificate | undefined): Promise<string> {
  const server = createServer({
    cert: own.certificate,
    key: own.key,
    ca: [authority.certificate],
    requestCert: true,
    rejectUnauthorized: true,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: [authority.certificate],
    ...(shown === undefined ? {} : { cert: shown.certificate, key: shown.key }),
  });
  const said = await new Promise<string>((resolve) => {
    server.on('secureConnection', (peer) => {
      peer.end(`hello ${peer.getPeerCertificate().subject.CN}`);
    });
    server.on('tlsClientError', ({ message }: Error) => {
      resolve(message);
    });
    socket.on('error', ({ message }: Error) => {
      resolve(message);
    });
    socket.on('data', (data: Buffer) => {
      resolve(data.toString());
    });
  });
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  return said;
}

describe('Certificates of a local authority', () => {
  it('let a server and a client know each other', async () => {
    const broker = await authority.issue({ name: 'broker', usage: 'server' });
    const client = await authority.issue({ name: 'order-plane', usage: 'client' });
    expect(await handshake(broker, client)).toBe('hello order-plane');
  });

  it('are refused when nobody shows one, or one of another authority', async () => {
    const broker = await authority.issue({ name: 'broker', usage: 'server' });
    expect(await handshake(broker, undefined)).toMatch(/did not return a certificate/);
    const other = await createAuthority();
    const stranger = await other.issue({ name: 'order-plane', usage: 'client' });
    expect(await handshake(broker, stranger)).not.toContain('hello');
  });

  it('are good for the hosts that were asked for and no other', async () => {
    const elsewhere = await authority.issue({
      name: 'broker',
      usage: 'server',
      hosts: ['kafka.example'],
    });
    const client = await authority.issue({ name: 'order-plane', usage: 'client' });
    expect(await handshake(elsewhere, client)).toMatch(/IP: 127.0.0.1 is not in the cert's list/);
    const parsed = new X509Certificate(elsewhere.certificate);
    expect(parsed.checkHost('kafka.example')).toBe('kafka.example');
    expect(parsed.checkPrivateKey(createPrivateKey(elsewhere.key))).toBe(true);
    expect(parsed.ca).toBe(false);
  });

  it('have a name that means one thing', async () => {
    const request = { name: 'order-plane, O=else', usage: 'client' } as const;
    await expect(authority.issue(request)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
