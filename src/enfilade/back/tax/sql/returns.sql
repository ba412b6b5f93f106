-- What was filed stays as it was filed, whoever writes: only that it was settled and paid may be said of it afterwards.
CREATE OR REPLACE FUNCTION tax_guard_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed tax_taxreturn;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'prepared' THEN
            RAISE EXCEPTION 'A return that was filed is never deleted; correct it by another one.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'tax_return_kept';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state = 'prepared' THEN
        RETURN NEW;
    END IF;
    allowed := NEW;
    IF (OLD.state, NEW.state) IN (('filed', 'settled'), ('settled', 'paid')) THEN
        allowed.state := OLD.state;
    END IF;
    IF OLD.settled_on IS NULL THEN
        allowed.settled_on := NULL;
        allowed.settlement_id := NULL;
    END IF;
    IF OLD.paid_on IS NULL THEN
        allowed.paid_on := NULL;
    END IF;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'A return that was filed does not change; correct it by another one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tax_return_unchanged';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_return BEFORE UPDATE OR DELETE ON tax_taxreturn FOR EACH ROW EXECUTE FUNCTION tax_guard_return();

CREATE OR REPLACE FUNCTION tax_guard_box() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.tax_return_id ELSE OLD.tax_return_id END;
    stands text;
BEGIN
    SELECT state INTO stands FROM tax_taxreturn WHERE id = whose FOR SHARE;
    IF stands <> 'prepared' OR (TG_OP = 'UPDATE' AND NEW.tax_return_id <> OLD.tax_return_id) THEN
        RAISE EXCEPTION 'The boxes of a return that was filed do not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'tax_box_unchanged';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER guard_box BEFORE INSERT OR UPDATE OR DELETE ON tax_taxreturnbox FOR EACH ROW EXECUTE FUNCTION tax_guard_box();
