const LOOPBACK_HOSTS = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a request to a listener on loopback names another host: otherwise a web page whose name resolves to
 * 127.0.0.1 could read it from a browser on this machine (DNS rebinding).
 * @param listening the address that is listened on; beyond loopback every name is answered
 */
export function isForeignHost(listening: string, named: string | undefined): boolean {
  if (!LOOPBACK_HOSTS.test(listening) && listening !== '::1') return false;
  return !LOOPBACK_HOSTS.test(named ?? '');
}
