-- Whose, why and until when an elevation is was said once; it can only end sooner.
CREATE OR REPLACE FUNCTION core_elevation_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.company_id, NEW.user_id, NEW.reason, NEW.began_at, NEW.until) IS DISTINCT FROM (OLD.company_id, OLD.user_id, OLD.reason, OLD.began_at, OLD.until)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
    THEN
        RAISE EXCEPTION 'An elevation is final: end it and begin another one.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'elevation_is_final';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS elevation_is_final ON core_elevation;
CREATE TRIGGER elevation_is_final BEFORE UPDATE ON core_elevation FOR EACH ROW EXECUTE FUNCTION core_elevation_is_final();
