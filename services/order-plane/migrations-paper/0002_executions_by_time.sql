-- compatible: yes
-- Executions are asked for by their time after a session was lost.
create index executions_by_time on paper_broker.events (((fact->>'atMicros')::bigint))
  where fact->>'kind' in ('fill', 'bust', 'correction');
