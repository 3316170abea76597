/**
 * What is known against the packages of the lockfile, by the registry that npm is set to. Findings from `high` up
 * fail; a registry that is away, or has no such service, is told of and judges nothing.
 */
import { run } from './src/tools.mjs';

const FAILING = ['high', 'critical'];

export async function verify(root) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const shell = process.platform === 'win32';
  const { stdout } = await run(npm, ['audit', '--json', '--package-lock-only'], {
    cwd: root,
    shell,
  });
  return [{ name: 'npm audit', ...verdictOf(stdout) }];
}

/** @param {string} report what `npm audit --json` printed */
export function verdictOf(report) {
  const answer = parsed(report);
  const found = answer.vulnerabilities;
  if (found === undefined) {
    const reason = answer.message ?? answer.error?.summary ?? 'no answer';
    return { ok: true, detail: `not judged: the registry gave no advisories (${reason})` };
  }
  const bad = Object.values(found).filter(({ severity }) => FAILING.includes(severity));
  if (bad.length > 0) {
    return { ok: false, detail: bad.map(lineOf).join('\n') };
  }
  const { total = 0 } = answer.metadata?.dependencies ?? {};
  const below = Object.keys(found).length;
  return { ok: true, detail: `${total} packages, ${below} findings below high` };
}

function lineOf({ name, severity, range, via, fixAvailable }) {
  const titles = via.map((cause) =>
    typeof cause === 'string' ? cause : `${cause.title} ${cause.url}`,
  );
  const cure = fixAvailable === false ? 'no fix yet: leave it out or mend it' : 'npm audit fix';
  return `${name} ${range} is ${severity}: ${titles.join('; ')} (${cure})`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
