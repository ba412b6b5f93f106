-- What takes an entry back takes back just that, and nobody works more than a day on one day.
CREATE FUNCTION work_time_entered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was work_timeentry%ROWTYPE;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO was FROM work_timeentry WHERE id = NEW.reverses_id;
        IF (was.company_id, was.user_id, was."on", was.origin, was.billable, was.spent_min)
            IS DISTINCT FROM (NEW.company_id, NEW.user_id, NEW."on", NEW.origin, NEW.billable, -NEW.spent_min)
            OR was.case_id IS DISTINCT FROM NEW.case_id
        THEN
            RAISE EXCEPTION 'An entry is taken back as it was entered.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'time_reversed_as_it_was', TABLE = 'work_timeentry';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.instead_of_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM work_timeentry r
         WHERE r.reverses_id = NEW.instead_of_id AND r.company_id = NEW.company_id AND r.user_id = NEW.user_id)
    THEN
        RAISE EXCEPTION 'An entry takes the place of one of the same person that was taken back.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'time_instead_of_reversed', TABLE = 'work_timeentry';
    END IF;
    -- One after the other for each person, so that two entries at once see each other.
    PERFORM pg_advisory_xact_lock(hashtextextended('work_timeentry', NEW.user_id));
    IF (SELECT coalesce(sum(e.spent_min), 0) FROM work_timeentry e
         WHERE e.company_id = NEW.company_id AND e.user_id = NEW.user_id AND e."on" = NEW."on") + NEW.spent_min > 1440
    THEN
        RAISE EXCEPTION 'A day has 24 hours; with this entry there would be more on it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'time_day_full', TABLE = 'work_timeentry';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER work_time_entered BEFORE INSERT ON work_timeentry FOR EACH ROW EXECUTE FUNCTION work_time_entered();
