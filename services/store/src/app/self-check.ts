/**
 * What must hold of the role that the service logged in as, of the tables, and of the server, before a single row is
 * served: where it does not, the rights that the database keeps are worth nothing.
 */
import type { Queryable } from '@tickmesh/database';
import { Fault } from '@tickmesh/kernel';

/**
 * By major version, the first release without the known leaks of row security and of statistics (CVE-2023-2455,
 * CVE-2024-10976, CVE-2025-8713). Older majors lack what the migrations use.
 */
const SERVER_FIRST_RELEASE: Readonly<Record<number, number>> = { 18: 0 };
const SERVER_MAJOR_MIN = 18;

interface RoleFacts {
  readonly version: number;
  readonly is_super: boolean;
  readonly bypasses: boolean;
  readonly makes_roles: boolean;
  readonly replicates: boolean;
  readonly masters: readonly string[];
  readonly owned: readonly string[];
  readonly unforced: readonly string[];
  readonly granted_parts: readonly string[];
  readonly writable: readonly string[];
  readonly open_views: readonly string[];
  readonly open_functions: readonly string[];
  readonly makes_temporary: boolean;
  readonly creates: boolean;
  readonly [name: string]: unknown;
}

const FACTS = `
  with relations as (
    select c.oid, c.relname::text as name, c.relkind, c.relowner, c.relispartition, c.relrowsecurity,
      c.relforcerowsecurity, c.reloptions
    from pg_catalog.pg_class c
    where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and c.relname <> 'migrations')
  select current_setting('server_version_num')::integer as version,
    r.rolsuper as is_super, r.rolbypassrls as bypasses, r.rolcreaterole as makes_roles,
    r.rolreplication as replicates,
    array(select o.rolname::text from pg_catalog.pg_roles o
      where (o.rolname in ('store_owner', 'store_relay') or o.rolsuper or o.rolbypassrls)
        and pg_has_role(current_user, o.oid, 'member') and o.rolname <> current_user) as masters,
    array(select name from relations where relowner = r.oid) as owned,
    array(select name from relations where relkind in ('r', 'p')
      and not (relrowsecurity and relforcerowsecurity)) as unforced,
    array(select name from relations where relispartition
      and has_table_privilege(oid, 'select, insert, update, delete')) as granted_parts,
    array(select name from relations where name in ('log', 'entities', 'shares', 'clock', 'seal')
      and has_table_privilege(oid, 'insert, update, delete, truncate')) as writable,
    array(select name from relations where relkind = 'm' or (relkind = 'v'
      and not coalesce(reloptions @> array['security_invoker=true'], false))) as open_views,
    array(select p.proname::text from pg_catalog.pg_proc p
      where p.pronamespace = 'store'::regnamespace and p.prosecdef
        and not coalesce(p.proconfig @> array['search_path=""'], false)) as open_functions,
    has_database_privilege(current_database(), 'temporary') as makes_temporary,
    has_schema_privilege('store', 'create') or has_schema_privilege('public', 'create') as creates
  from pg_catalog.pg_roles r where r.rolname = current_user`;

/** @throws Fault DATABASE_ROLE_UNSAFE with everything that is wrong, and what to do about it */
export async function checkRights(database: Queryable): Promise<void> {
  const [facts] = await database.query<RoleFacts>(FACTS);
  const problems = facts === undefined ? ['the role is not listed'] : roleProblems(facts);
  if (problems.length === 0) return;
  throw new Fault('DATABASE_ROLE_UNSAFE', {
    problems,
    cure: 'log in as the role that STORE_MIGRATION_URL makes: a member of store_access and of nothing else',
  });
}

/** Pure, so that every single one can be tried. */
export function roleProblems(facts: RoleFacts): string[] {
  const major = Math.floor(facts.version / 10_000);
  const first = SERVER_FIRST_RELEASE[major] ?? 0;
  const checks: readonly (readonly [boolean, string])[] = [
    [
      major < SERVER_MAJOR_MIN || facts.version % 10_000 < first,
      `PostgreSQL ${major}.${facts.version % 10_000}: needs ${Math.max(major, SERVER_MAJOR_MIN)}.${first}`,
    ],
    [facts.is_super, 'the role is a superuser, whom row security does not bind'],
    [facts.bypasses, 'the role has BYPASSRLS'],
    [facts.makes_roles, 'the role has CREATEROLE'],
    [facts.replicates, 'the role has REPLICATION, which reads every row'],
    [facts.masters.length > 0, `the role can become ${facts.masters.join(', ')}`],
    [facts.owned.length > 0, `the role owns ${facts.owned.join(', ')}`],
    [facts.unforced.length > 0, `row security is not forced on ${facts.unforced.join(', ')}`],
    [facts.granted_parts.length > 0, `parts are granted: ${facts.granted_parts.join(', ')}`],
    [facts.writable.length > 0, `the role writes to ${facts.writable.join(', ')} directly`],
    [facts.open_views.length > 0, `views without security_invoker: ${facts.open_views.join(', ')}`],
    [
      facts.open_functions.length > 0,
      `functions of the owner without a search_path: ${facts.open_functions.join(', ')}`,
    ],
    [facts.makes_temporary, 'the role may create temporary tables'],
    [facts.creates, 'the role may create objects'],
  ];
  return checks.filter(([isWrong]) => isWrong).map(([, says]) => says);
}
