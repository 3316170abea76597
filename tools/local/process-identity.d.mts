/** An opaque token, equal only for the same process; undefined when none runs under that pid. */
export function startTimeOf(pid: number): string | undefined;
