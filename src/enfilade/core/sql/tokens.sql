-- A token that leaked must not be widened, prolonged, given to somebody else or brought back: make another one.
CREATE OR REPLACE FUNCTION core_token_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.company_id, NEW.user_id, NEW.digest, NEW.scope, NEW.made_at) IS DISTINCT FROM (OLD.company_id, OLD.user_id, OLD.digest, OLD.scope, OLD.made_at)
        OR NEW.expires_at IS DISTINCT FROM OLD.expires_at
        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    THEN
        RAISE EXCEPTION 'A token is final: its owner, scope and end never change. Revoke it and make another one.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'token_is_final';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS token_is_final ON core_apitoken;
CREATE TRIGGER token_is_final BEFORE UPDATE ON core_apitoken FOR EACH ROW EXECUTE FUNCTION core_token_is_final();
