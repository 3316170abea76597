/** Whether an address can be reached from beyond the network of its machine. */
import { BlockList, isIP } from 'node:net';

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * The addresses under which a listener on `host` could be reached from the internet; none for loopback and for private
 * networks (RFC 1918, 6598, 3927, 4193, 4291).
 * @param own addresses of this machine's interfaces, which a wildcard stands for
 */
export function publicAddressesOf(host: string, own: readonly string[]): readonly string[] {
  if (host === 'localhost') return [];
  const listening = EVERY_ADDRESS.includes(host) ? own : [host];
  return listening.filter((address) => !isPrivate(address));
}

/** A name that is no address may resolve to anything, so it counts as public. */
function isPrivate(address: string): boolean {
  const version = isIP(address.replace(/%.*$/, ''));
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (version === 0) return false;
  return PRIVATE.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}
