-- What a customer was told never changes, whoever writes.

CREATE OR REPLACE FUNCTION dunning_guard_reminder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'proposed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A reminder that was sent or dropped never changes, and none is deleted.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'reminder_unchanged';
END $$;

CREATE TRIGGER guard_reminder BEFORE UPDATE OR DELETE ON dunning_reminder FOR EACH ROW EXECUTE FUNCTION dunning_guard_reminder();

-- An invoice is taken out of a reminder only before that goes out. The share lock lets one wait for the other.
CREATE OR REPLACE FUNCTION dunning_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed dunning_notice;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.standing AND NOT NEW.standing THEN
        allowed := NEW;
        allowed.standing := OLD.standing;
        PERFORM 1 FROM dunning_reminder WHERE id = OLD.reminder_id AND state = 'proposed' FOR SHARE;
        IF FOUND AND allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What stood in a reminder never changes.' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_unchanged';
END $$;

CREATE TRIGGER guard_notice BEFORE UPDATE OR DELETE ON dunning_notice FOR EACH ROW EXECUTE FUNCTION dunning_guard_notice();
