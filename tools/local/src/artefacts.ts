import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '@tickmesh/kernel';
import { POM_FILE, artefactsDir } from './paths.ts';
import { findJava, findMaven } from './prerequisites.ts';

/** Where the Java parts lie: jars of the broker, the unpacked registry, and the Java that runs them. */
export interface Artefacts {
  readonly java: string;
  readonly kafkaDir: string;
  readonly registryDir: string;
}

export type Progress = (line: string) => void;

/** Broker and registry start at once and need the same download. */
let downloading: Promise<void> | undefined;

/**
 * The jars of the broker and the registry, fetched by Maven the first time. The folder is renamed into place when it
 * is whole, so that an interrupted download or two launchers at once leave nothing half done.
 * @throws Fault PREREQUISITE_MISSING when Java or Maven is missing or the download fails
 */
export async function fetchArtefacts(progress: Progress = () => undefined): Promise<Artefacts> {
  const java = await findJava();
  const folder = artefactsDir();
  if (!existsSync(folder)) await (downloading ??= download(folder, progress));
  return { java, kafkaDir: join(folder, 'kafka'), registryDir: join(folder, 'registry') };
}

async function download(folder: string, progress: Progress): Promise<void> {
  const maven = findMaven();
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  progress('Fetching Kafka 4.1.0 and Apicurio Registry 3.0.9 by Maven (about 170 MB, once) ...');
  const started = Date.now();
  try {
    await runMaven(
      maven,
      ['-B', '-f', POM_FILE, 'generate-resources', `-Dmesh.cache=${partial}`],
      progress,
    );
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another launcher finished first: its folder is as good as ours.
    downloading = undefined;
    if (!existsSync(folder)) throw error;
  }
  progress(`Fetched in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/** Counts the files as Maven names them, and keeps the end of its output for the person whose download fails. */
function runMaven(maven: string, args: string[], progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const [program, prefix] = maven.endsWith('.cmd')
      ? [process.env['COMSPEC'] ?? 'cmd.exe', ['/d', '/c', maven]]
      : [maven, []];
    const child = spawn(program, [...prefix, ...args], { windowsHide: true });
    let output = '';
    let files = 0;
    const read = (chunk: Buffer): void => {
      const text = chunk.toString('utf8');
      output = (output + text).slice(-4_000);
      for (const line of text.split('\n')) {
        if (!/Downloaded from .*\.(jar|tar\.gz)/.test(line)) continue;
        files += 1;
        if (files % 20 === 0 || line.includes('.tar.gz')) progress(`  ${String(files)} files`);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (cause) => {
      reject(new Fault('PREREQUISITE_MISSING', { program: maven }, cause));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Fault('PREREQUISITE_MISSING', mavenFailure(output)));
    });
  });
}

function mavenFailure(output: string): Record<string, unknown> {
  return {
    what: 'the jars of Kafka and the registry',
    cure: 'Maven needs to reach its repository once (a proxy or mirror goes into ~/.m2/settings.xml)',
    maven: output
      .split('\n')
      .filter((line) => line.includes('[ERROR]'))
      .slice(0, 3)
      .join('\n'),
  };
}
