/** Certificates for a broker on this machine, made at each start: none is kept, copied or shared. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { Fault } from '@tickmesh/kernel';

/** PEM texts: a certificate and its key, unencrypted in PKCS#8. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Becomes the common name; Kafka's principal of a client that shows it. */
  readonly name: string;
  /** A server's certificate is good for its addresses, a client's for none. */
  readonly usage: 'server' | 'client';
  /** Host names and IP addresses of a server; loopback by default. */
  readonly hosts?: readonly string[];
}

/** Signs certificates for as long as this process holds it: its key is never exported. */
export interface Authority {
  /** PEM of what clients and servers trust. */
  readonly certificate: string;
  /** @throws Fault ARGUMENT_INVALID for a name that a distinguished name would read otherwise */
  issue(request: CertificateRequest): Promise<Certificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1'];
const VALID_MS = 30 * 24 * 3_600_000;
/** Clocks of containers and their host differ a little. */
const CLOCK_LEEWAY_MS = 5 * 60_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A new authority, its certificates good for thirty days. */
export async function createAuthority(name = 'tickmesh-local'): Promise<Authority> {
  const keys = await newKeys({ isExtractable: false });
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      name: subject(name),
      keys,
      ...validity(),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    certificate: `${root.toString('pem')}\n`,
    issue: async (request) => {
      const own = await newKeys({ isExtractable: true });
      const certificate = await X509CertificateGenerator.create(
        {
          subject: subject(request.name),
          issuer: root.subject,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          ...validity(),
          signingAlgorithm: ALGORITHM,
          extensions: [
            ...usageExtensions(request),
            await SubjectKeyIdentifierExtension.create(own.publicKey, false, webcrypto),
            await AuthorityKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
          ],
        },
        webcrypto,
      );
      return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(own.privateKey) };
    },
  };
}

function usageExtensions({ usage, hosts = LOOPBACK_HOSTS }: CertificateRequest): Extension[] {
  const isServer = usage === 'server';
  // A broker is also the client of its own controller.
  const purposes = isServer
    ? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]
    : [ExtendedKeyUsage.clientAuth];
  const names = hosts.map((host) => ({
    type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const),
    value: host,
  }));
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(purposes),
    ...(isServer ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

function subject(name: string): string {
  if (NAME.test(name)) return `CN=${name}`;
  throw new Fault('ARGUMENT_INVALID', { name, rule: `a common name of the form ${NAME.source}` });
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - CLOCK_LEEWAY_MS), notAfter: new Date(now + VALID_MS) };
}

function newKeys({
  isExtractable,
}: {
  readonly isExtractable: boolean;
}): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, isExtractable, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
