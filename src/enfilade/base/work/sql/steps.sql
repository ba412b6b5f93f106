-- What is required is done before a case is settled, and nothing becomes open again in a settled one.
CREATE FUNCTION work_case_settled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    SELECT s.text INTO missing FROM work_casestep s
     WHERE s.company_id = NEW.company_id AND s.case_id = NEW.id AND s.required AND s.state = 'open' ORDER BY s.place, s.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'This is still to be done: %.', rtrim(missing, '.')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_steps_done', TABLE = 'work_case';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER work_case_settled BEFORE INSERT OR UPDATE OF state, outcome ON work_case FOR EACH ROW
    WHEN (NEW.state = 'closed' AND NEW.outcome = 'settled') EXECUTE FUNCTION work_case_settled();

CREATE FUNCTION work_step_opened() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
BEGIN
    -- The lock waits for whoever is just closing the case.
    SELECT state INTO found_state FROM work_case WHERE id = NEW.case_id FOR SHARE;
    IF found_state = 'closed' THEN
        RAISE EXCEPTION 'This case is closed. Take it up again first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_step_of_open_case', TABLE = 'work_casestep';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER work_step_opened BEFORE INSERT OR UPDATE OF state, case_id, required ON work_casestep FOR EACH ROW
    WHEN (NEW.state = 'open') EXECUTE FUNCTION work_step_opened();
