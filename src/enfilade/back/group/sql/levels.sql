-- Shares that a company of the group holds: no company holds itself through others, and only one that is consolidated in full brings those
-- along that it holds. One at a time in a group, so that two halves of a circle see each other.
CREATE OR REPLACE FUNCTION group_guard_levels() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above group_groupcompany;
    next_id bigint := NEW.held_by_id;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('group.levels:' || NEW.company_id, 0));
    IF NEW.method <> 'full' AND EXISTS (SELECT FROM group_groupcompany WHERE held_by_id = NEW.id AND method <> 'none') THEN
        RAISE EXCEPTION 'Companies of the group are held by this one: it is consolidated in full as long as they are consolidated.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'group_holder_in_full';
    END IF;
    IF next_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO above FROM group_groupcompany WHERE id = next_id;
    IF above.company_id IS DISTINCT FROM NEW.company_id THEN
        RAISE EXCEPTION 'Shares are held by a company of the same group.' USING ERRCODE = 'check_violation', CONSTRAINT = 'group_holder_ours';
    END IF;
    IF NEW.method <> 'none' AND above.method <> 'full' THEN
        RAISE EXCEPTION 'Only a company that is consolidated in full brings those along that it holds.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'group_holder_in_full';
    END IF;
    WHILE next_id IS NOT NULL LOOP
        IF next_id = NEW.id THEN
            RAISE EXCEPTION 'A company can''t hold shares of itself, nor through companies that it holds.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'group_no_circle';
        END IF;
        SELECT held_by_id INTO next_id FROM group_groupcompany WHERE id = next_id;
    END LOOP;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER guard_levels BEFORE INSERT OR UPDATE ON group_groupcompany FOR EACH ROW EXECUTE FUNCTION group_guard_levels();
