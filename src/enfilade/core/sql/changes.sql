-- What a statement changed in a business table, whoever sent it: one line per row in core_rowchange.
--
-- Arguments of a trigger: the model's label, the columns whose values are left out, the column that names the company, the columns whose
-- changes are none.
-- app.entry is set by the runner (core.audit.reserve) and local to its transaction; a statement that no command sent has none.
-- OFFSET 0 keeps a row's JSON from being made anew for each of its uses.
-- Times are written as UTC whatever the session's zone is, so that the record can be compared with the row for ever.
CREATE OR REPLACE FUNCTION core_record_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    caused bigint := nullif(current_setting('app.entry', true), '')::bigint;
    left_out text[] := TG_ARGV[1];
    ignored text[] := TG_ARGV[3];
    zone text := current_setting('TimeZone');
BEGIN
    IF zone <> 'UTC' THEN
        PERFORM set_config('TimeZone', 'UTC', true);
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO core_rowchange (company_id, at, entry_id, place, ref, kind, after, db_user)
        SELECT (f.made ->> TG_ARGV[2])::bigint, now(), caused, coalesce(caused, nextval('core_auditentry_id_seq')),
               TG_ARGV[0] || ':' || (f.made ->> 'id'), 'insert', f.made - left_out, session_user
          FROM (SELECT to_jsonb(fresh) - ignored AS made FROM fresh OFFSET 0) f;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO core_rowchange (company_id, at, entry_id, place, ref, kind, before, db_user)
        SELECT (s.gone ->> TG_ARGV[2])::bigint, now(), caused, coalesce(caused, nextval('core_auditentry_id_seq')),
               TG_ARGV[0] || ':' || (s.gone ->> 'id'), 'delete', s.gone - left_out, session_user
          FROM (SELECT to_jsonb(stale) - ignored AS gone FROM stale OFFSET 0) s;
    ELSE
        -- A row whose key or company was changed is gone here and new there.
        INSERT INTO core_rowchange (company_id, at, entry_id, place, ref, kind, before, after, db_user)
        SELECT (coalesce(u.made, u.gone) ->> TG_ARGV[2])::bigint, now(), caused, coalesce(caused, nextval('core_auditentry_id_seq')),
               TG_ARGV[0] || ':' || (coalesce(u.made, u.gone) ->> 'id'),
               CASE WHEN u.gone IS NULL THEN 'insert' WHEN u.made IS NULL THEN 'delete' ELSE 'update' END,
               CASE WHEN u.made IS NULL THEN u.gone - left_out ELSE d.was END, CASE WHEN u.gone IS NULL THEN u.made - left_out ELSE d.is_now END,
               session_user
          FROM (SELECT to_jsonb(s) - ignored AS gone, to_jsonb(f) - ignored AS made
                  FROM stale s FULL JOIN fresh f ON f.id = s.id AND to_jsonb(f) -> TG_ARGV[2] = to_jsonb(s) -> TG_ARGV[2]
                 WHERE s IS DISTINCT FROM f OFFSET 0) u
         CROSS JOIN LATERAL (
               SELECT jsonb_object_agg(b.key, CASE WHEN b.key = ANY (left_out) THEN '"(left out)"' ELSE b.value END) AS was,
                      jsonb_object_agg(b.key, CASE WHEN b.key = ANY (left_out) THEN '"(left out)"' ELSE u.made -> b.key END) AS is_now
                 FROM jsonb_each(u.gone) b WHERE u.made -> b.key <> b.value) d
         WHERE u.gone IS NULL OR u.made IS NULL OR d.was IS NOT NULL;
    END IF;
    IF zone <> 'UTC' THEN
        PERFORM set_config('TimeZone', zone, true);
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION core_record_changes() FROM PUBLIC;

-- Changes of one row laid over each other in their order: what the row has to be. A change without values adds nothing.
CREATE OR REPLACE AGGREGATE core_jsonb_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
