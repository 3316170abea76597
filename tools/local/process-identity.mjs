/**
 * Tells processes apart although the system reuses their numbers: a pid together with its start time names one
 * process for ever. Plain JavaScript, because the bootstrap and the reaper run it before anything is built.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @param {number} pid
 * @returns {string | undefined} An opaque token, equal only for the same process; undefined when none runs.
 */
export function startTimeOf(pid) {
  if (process.platform === 'linux') return linuxStartTime(pid);
  const [command, args] =
    process.platform === 'win32'
      ? ['powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]]
      : ['ps', ['-o', 'lstart=', '-p', String(pid)]];
  const answer = spawnSync(command, args, { encoding: 'utf8', windowsHide: true });
  const token = answer.stdout?.trim().replaceAll(/\s+/g, '_');
  return token ? token : undefined;
}

function linuxStartTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks and brackets: the fields count from behind its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not asked yet.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
