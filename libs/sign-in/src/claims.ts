/** What a verified token says of its caller. */
import { CALLER_ROLES, type CallerRole } from '@tickmesh/contracts';
import type { Caller } from './caller.ts';
import type { SignInOptions } from './options.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Stands in logs and on record, so it may hold no control character and no line of its own. */
const NAME = /^[^\p{C}\p{Z}][^\p{C}\p{Zl}\p{Zp}]{0,99}$/u;

/** The caller, or the reason why there is none. Roles that the mesh does not know count for nothing. */
export function callerFrom(
  claims: Claims,
  options: Pick<SignInOptions, 'nameClaim' | 'rolesClaim' | 'scope'>,
): Caller | string {
  const { nameClaim, rolesClaim, scope } = options;
  if (scope !== undefined && !textsOf(claims['scope']).includes(scope)) {
    return `scope: must hold ${scope}`;
  }
  const name = claimAt(claims, nameClaim);
  if (typeof name !== 'string' || !NAME.test(name)) {
    return `${nameClaim}: a name of at most 100 printable characters`;
  }
  const held = textsOf(claimAt(claims, rolesClaim));
  const roles = (Object.keys(CALLER_ROLES) as CallerRole[]).filter((role) => held.includes(role));
  return { name, roles };
}

/** A claim by its whole name, since names may hold dots, or else by the path that the dots make. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, step)
          ? (at as Claims)[step]
          : undefined,
      claims,
    );
}

/** Providers write a list either way: as one, or as words of a text. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ');
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  return [];
}
