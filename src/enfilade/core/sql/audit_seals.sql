-- The canonical form of the lines of a company's record and its SHA-256: JSON with every column by name (docs/how-to/prove-what-was-done.md),
-- so that anybody can recompute it in any language. Kinds: entry (with its subjects), change, event.
-- A column that is added later has to stay out of the form where it is empty, or every line that is sealed would get another digest.
CREATE OR REPLACE FUNCTION core_audit_lines(company bigint, kind text, after bigint, up_to bigint) RETURNS TABLE (line bigint, form jsonb) LANGUAGE sql STABLE AS $$
    SELECT e.id, jsonb_build_object(
        'id', e.id, 'company', e.company_id, 'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'user', e.user_id, 'released_by', e.released_by_id, 'command', e.command, 'channel', e.channel, 'inputs', e.inputs,
        'inputs_sha256', e.inputs_sha256, 'key', e.key, 'facts', e.facts, 'changes', e.changes, 'result', e.result, 'authority', e.authority, 'parent', e.parent_id,
        'subjects', (SELECT jsonb_agg(s.ref ORDER BY s.ref) FROM public.core_auditsubject s WHERE s.entry_id = e.id AND s.company_id = $1))
      FROM public.core_auditentry e WHERE $2 = 'entry' AND e.company_id = $1 AND e.id > $3 AND e.id <= $4
    UNION ALL
    SELECT c.id, jsonb_build_object(
        'id', c.id, 'company', c.company_id, 'at', to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'entry', c.entry_id, 'place', c.place, 'ref', c.ref, 'kind', c.kind, 'before', c.before, 'after', c.after, 'db_user', c.db_user)
      FROM public.core_rowchange c WHERE $2 = 'change' AND c.company_id = $1 AND c.id > $3 AND c.id <= $4
    UNION ALL
    SELECT v.id, jsonb_build_object(
        'id', v.id, 'company', v.company_id, 'at', to_char(v.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'name', v.name, 'payload', v.payload, 'entry', v.entry_id)
      FROM public.core_evententry v WHERE $2 = 'event' AND v.company_id = $1 AND v.id > $3 AND v.id <= $4
$$;

-- Digest of a line, and two bytes of the digest of each of its columns, in the order in which JSON of PostgreSQL names them.
CREATE OR REPLACE FUNCTION core_audit_digests(company bigint, kind text, after bigint, up_to bigint)
RETURNS TABLE (line bigint, digest bytea, marks bytea) LANGUAGE sql STABLE AS $$
    SELECT l.line, sha256(convert_to(l.form::text, 'UTF8')),
           (SELECT string_agg(substring(sha256(convert_to(c.value::text, 'UTF8')) FOR 2), ''::bytea ORDER BY c.place)
              FROM jsonb_each(l.form) WITH ORDINALITY c(key, value, place))
      FROM public.core_audit_lines($1, $2, $3, $4) l
$$;

-- Sealing sees every line up to a key when no transaction that may have drawn an older one is still at work. Whoever draws a key holds
-- its sequence until the end of the transaction; these are the transactions to wait for. Nobody waits for the seal.
CREATE OR REPLACE FUNCTION core_audit_writers() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
    SELECT DISTINCT l.virtualtransaction FROM pg_catalog.pg_locks l
     WHERE l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
       AND l.relation IN ('public.core_auditentry_id_seq'::regclass, 'public.core_rowchange_id_seq'::regclass, 'public.core_evententry_id_seq'::regclass)
       AND l.pid <> pg_backend_pid()
$$;
