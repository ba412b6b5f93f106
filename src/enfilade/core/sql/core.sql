-- The application role owns nothing. Where the migrating role may not create it, an administrator does:
-- CREATE ROLE enfilade_app NOLOGIN; GRANT enfilade_app TO <login role>;
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'enfilade_app') THEN
        CREATE ROLE enfilade_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT pg_has_role(current_user, 'enfilade_app', 'MEMBER') THEN
        EXECUTE format('GRANT enfilade_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role enfilade_app is missing and % may not create it. Ask the administrator for: CREATE ROLE enfilade_app NOLOGIN; GRANT enfilade_app TO %;',
            current_user, current_user;
END $$;

CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted; a mistake is corrected by a new row.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;
