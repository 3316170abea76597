import { checkedShape, loadDocument, problemsOf } from '@tickmesh/config';
import { type LimitsDocument, readLimits } from '@tickmesh/domain-risk';
import { faultOf } from '@tickmesh/kernel';

/** The domain names a problem by its path (`versions[0].accounts.DESK.cash.USD`); the document knows the line of it. */
const shape = checkedShape('a limits document', (value) => {
  try {
    return { ok: true, value: readLimits(value) };
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.code !== 'LIMITS_INVALID') throw fault;
    const problems = problemsOf(fault).map(({ name, rule }) => {
      const path = pathOf(name);
      return { path, expected: rule, found: valueAt(value, path) };
    });
    return { ok: false, problems };
  }
});

/** @throws Fault LIMITS_INVALID with every problem, each by file, line and path */
export function loadLimits(path: string): LimitsDocument {
  return loadDocument(path, { shape, code: 'LIMITS_INVALID' });
}

function pathOf(name: string): (string | number)[] {
  return name
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}
