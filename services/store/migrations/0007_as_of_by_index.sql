-- compatible: yes
-- As-of by the index. Behind row security a comparison becomes part of an index scan only when the planner knows that
-- it leaks nothing, and it does not know that of coalesce(): bounds are variables. And a sort is never worth it: the
-- index has an entity's versions in their order, but the planner expects one version of each and would sort them all.

set local role store_owner;

create or replace function store.as_of(caller text, entity uuid, known_at timestamptz, held_at timestamptz)
  returns setof store.log
  language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
  set enable_bitmapscan = off set enable_seqscan = off
  as $$
declare
  known_until constant timestamptz := coalesce(known_at, 'infinity');
  held_until constant timestamptz := coalesce(held_at, 'infinity');
  principal text;
begin
  principal := pg_catalog.set_config('store.principal', caller, true);
  if known_at is not null then perform store.settle(known_at); end if;
  return query
    select l.* from store.log l
    where l.entity_id = entity
      and l.tx_time <= known_until
      and l.valid_from <= held_until
      and (held_at is null or l.valid_to is null or held_at < l.valid_to)
    order by l.tx_time desc limit 1;
end $$;

reset role;
