import { Fault, isFault } from '@tickmesh/kernel';

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** The variable, or for a document `file:line:column path`. */
  readonly name: string;
  /** What was expected, as a sentence fragment: `an integer from 1 to 65535`. */
  readonly rule: string;
  /** What was found; `***` when the variable is secret, undefined when nothing was given. */
  readonly value?: string;
}

/** What stands in for a secret wherever a person or a log could read it. */
export const MASK = '***';

/** Longest part of a value that a problem repeats: a pasted certificate must not fill the screen. */
const SHOWN_CHARACTERS_MAX = 120;

export function problem(name: string, rule: string, value?: string): Problem {
  if (value === undefined) return { name, rule };
  return { name, rule, value: truncated(value) };
}

/** @throws Fault CONFIG_INVALID naming every problem, when there is one */
export function refuseProblems(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Fault('CONFIG_INVALID', { subject, problems });
}

/** The problems that a CONFIG_INVALID (or a document's fault) carries; empty for anything else. */
export function problemsOf(thrown: unknown): readonly Problem[] {
  if (!isFault(thrown)) return [];
  const { problems } = thrown.details as { problems?: unknown };
  return Array.isArray(problems) ? (problems as Problem[]) : [];
}

/** One line a problem, for a terminal. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ name, rule, value }) =>
      value === undefined ? `${name}: ${rule}` : `${name}: ${rule}; found ${JSON.stringify(value)}`,
    )
    .join('\n');
}

function truncated(value: string): string {
  return value.length <= SHOWN_CHARACTERS_MAX
    ? value
    : `${value.slice(0, SHOWN_CHARACTERS_MAX)}...`;
}
