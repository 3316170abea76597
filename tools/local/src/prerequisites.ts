import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { freemem } from 'node:os';
import { delimiter, join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { artefactsDir } from './paths.ts';

/** One thing the machine needs to run the mesh without Docker. */
export interface Prerequisite {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, in words: a version and a path, or that it is missing. */
  readonly found: string;
  /** What to do when it is not ok; empty when it is. */
  readonly cure: string;
}

const JAVA_MINIMUM = 17;
const NODE_MINIMUM = 24;
/** What all processes of the default mesh hold together. */
const MEMORY_MINIMUM_MIB = 1_500;
const INSTALL_JAVA =
  'install a Java 17 runtime: "apt-get install openjdk-17-jre-headless", "brew install openjdk@17" or https://adoptium.net';
const INSTALL_MAVEN =
  'install Maven: "apt-get install maven" (it brings Java 17 too), "brew install maven" or https://maven.apache.org';

/** What stops this machine from running the mesh, and the cure of each. */
export async function checkPrerequisites(): Promise<Prerequisite[]> {
  return [checkNode(), await checkJava(), checkMaven(), checkMemory()];
}

/**
 * The `java` that JAVA_HOME or the path names.
 * @throws Fault PREREQUISITE_MISSING when there is none or it is older than 17
 */
export async function findJava(): Promise<string> {
  const check = await checkJava();
  if (!check.ok) throw missing(check);
  return javaProgram() ?? 'java';
}

/** @throws Fault PREREQUISITE_MISSING */
export function findMaven(): string {
  const maven = mavenProgram();
  if (maven === undefined) throw missing(checkMaven());
  return maven;
}

function checkNode(): Prerequisite {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    name: 'Node',
    ok: major >= NODE_MINIMUM,
    found: `${process.version} (${process.execPath})`,
    cure:
      major >= NODE_MINIMUM ? '' : 'run "npm ci": it brings the Node that the mesh is pinned to',
  };
}

async function checkJava(): Promise<Prerequisite> {
  const program = javaProgram();
  if (program === undefined)
    return { name: 'Java 17', ok: false, found: 'missing', cure: INSTALL_JAVA };
  const output = await outputOf(program, ['-version']);
  const version = /version "([^"]+)"/.exec(output ?? '')?.[1];
  if (version === undefined) {
    return { name: 'Java 17', ok: false, found: `${program} does not run`, cure: INSTALL_JAVA };
  }
  const ok = Number(version.split('.')[0]) >= JAVA_MINIMUM;
  return { name: 'Java 17', ok, found: `${version} (${program})`, cure: ok ? '' : INSTALL_JAVA };
}

function checkMaven(): Prerequisite {
  const program = mavenProgram();
  if (program !== undefined) return { name: 'Maven', ok: true, found: program, cure: '' };
  const fetched = existsSync(artefactsDir());
  return {
    name: 'Maven',
    ok: fetched,
    found: fetched ? 'missing, and not needed: the jars are fetched' : 'missing',
    cure: fetched ? '' : INSTALL_MAVEN,
  };
}

function checkMemory(): Prerequisite {
  const freeMebibytes = Math.round(freemem() / 1024 / 1024);
  const ok = freeMebibytes >= MEMORY_MINIMUM_MIB;
  return {
    name: 'Memory',
    ok,
    found: `${String(freeMebibytes)} MiB free`,
    cure: ok
      ? ''
      : `the mesh takes up to ${String(MEMORY_MINIMUM_MIB)} MiB: end something that is large`,
  };
}

function missing(check: Prerequisite): Fault {
  return new Fault('PREREQUISITE_MISSING', {
    what: check.name,
    found: check.found,
    cure: check.cure,
  });
}

function javaProgram(): string | undefined {
  const home = process.env['JAVA_HOME'];
  const name = process.platform === 'win32' ? 'java.exe' : 'java';
  if (home !== undefined && existsSync(join(home, 'bin', name))) return join(home, 'bin', name);
  return onPath(name);
}

function mavenProgram(): string | undefined {
  return onPath(process.platform === 'win32' ? 'mvn.cmd' : 'mvn');
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** Both streams of a short program; undefined when it cannot be started. Java prints its version to stderr. */
function outputOf(program: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { windowsHide: true });
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', () => {
      resolve(undefined);
    });
    child.once('close', () => {
      resolve(output);
    });
  });
}
