import { join } from 'node:path';
import type { ComposeFile, ComposeService } from './compose.ts';

/** Where this machine keeps what a container keeps inside. */
export interface LocalPlaces {
  /** The working directory of our images: the repository. */
  readonly root: string;
  /** Holds a folder for each named volume. */
  readonly dataDir: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * Rewrites a service's environment and command from the world of containers to this machine: another service's
 * name and port become loopback and its published port, paths inside volumes become paths on disk, and a listener
 * on all addresses becomes one on loopback.
 */
export function localise(
  service: ComposeService,
  file: ComposeFile,
  places: LocalPlaces,
): Pick<ComposeService, 'command' | 'environment'> {
  const rewrite = (text: string): string =>
    withLocalPaths(withLocalAddresses(text, file), service, places);
  const environment = Object.entries(service.environment).map(([name, value]) => [
    name,
    value === '0.0.0.0' ? LOOPBACK : rewrite(value),
  ]);
  return {
    command: service.command.map(rewrite),
    environment: Object.fromEntries(environment) as Record<string, string>,
  };
}

function withLocalAddresses(text: string, file: ComposeFile): string {
  return text.replaceAll(
    /(?<![\w.-])([a-z][a-z0-9-]*):(\d{2,5})(?!\d)/g,
    (found, host: string, port: string) => {
      const ports = file.services.get(host)?.ports ?? [];
      // A broker publishes another listener than the one containers use: its only published port is the way in.
      const published =
        ports.find((candidate) => candidate.target === Number(port)) ??
        (ports.length === 1 ? ports[0] : undefined);
      return published === undefined ? found : `${LOOPBACK}:${String(published.published)}`;
    },
  );
}

function withLocalPaths(text: string, service: ComposeService, places: LocalPlaces): string {
  let result = text;
  for (const { kind, source, subpath, target } of service.volumes) {
    const held = kind === 'bind' ? places.root : places.dataDir;
    const local = join(held, source, subpath);
    if (result === target || result.includes(`${target}/`))
      result = result.replaceAll(target, local);
  }
  return result;
}
