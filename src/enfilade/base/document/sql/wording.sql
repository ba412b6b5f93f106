-- What was printed can be printed again: the words of a version that was in force on a day before today stay. Its last day may still be set,
-- but not back into the past.
CREATE FUNCTION document_keep_wording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.valid_from >= current_date - 1 AND TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    IF OLD.valid_from >= current_date - 1 THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE'
       AND (NEW.company_id, NEW.paper, NEW.language, NEW.valid_from, NEW.title, NEW.text, NEW.written_by_id)
           IS NOT DISTINCT FROM (OLD.company_id, OLD.paper, OLD.language, OLD.valid_from, OLD.title, OLD.text, OLD.written_by_id)
       AND coalesce(NEW.valid_until, 'infinity') >= least(coalesce(OLD.valid_until, 'infinity'), current_date - 1)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'This version has been in force; papers were printed by it. Write a new one from a later day.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'paper_template_was_in_force', TABLE = 'document_papertemplate';
END $$;

CREATE TRIGGER document_keep_wording BEFORE UPDATE OR DELETE ON document_papertemplate
    FOR EACH ROW EXECUTE FUNCTION document_keep_wording();
