-- Nothing waits where nobody looks: no case comes into a queue that is closed, and no queue is closed while something waits in it.
CREATE FUNCTION work_case_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock waits for whoever is just closing the queue.
    PERFORM 1 FROM work_queue WHERE id = NEW.queue_id AND active FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This queue is closed; nobody looks at what waits there.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_queue_open', TABLE = 'work_case';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER work_case_queue BEFORE INSERT OR UPDATE OF queue_id, state ON work_case FOR EACH ROW
    WHEN (NEW.state = 'open' AND NEW.queue_id IS NOT NULL) EXECUTE FUNCTION work_case_queue();

CREATE FUNCTION work_queue_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM work_case c WHERE c.company_id = NEW.company_id AND c.queue_id = NEW.id
               AND c.state IN ('open', 'offered') AND c.owner_id IS NULL)
        OR EXISTS (SELECT 1 FROM work_handover h WHERE h.company_id = NEW.company_id AND h.to_queue_id = NEW.id AND h.state = 'offered')
    THEN
        RAISE EXCEPTION 'Cases wait in this queue. Take or hand them over before you close it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'queue_has_waiting', TABLE = 'work_queue';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER work_queue_closed BEFORE UPDATE OF active ON work_queue FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION work_queue_closed();
