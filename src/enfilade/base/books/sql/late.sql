-- Who may post into a softly closed period, and until when. What asks for it is in books.sql.

CREATE OR REPLACE FUNCTION books_admitted(period bigint, who bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM public.books_lateadmission a WHERE a.period_id = period AND a.user_id = who AND a.until > clock_timestamp())
$$;

CREATE OR REPLACE FUNCTION books_admission_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM books_period p WHERE p.id = NEW.period_id AND p.company_id = NEW.company_id AND p.state = 'soft') THEN
        RAISE EXCEPTION 'Only a softly closed period of the same company needs an admission.' USING ERRCODE = 'check_violation', CONSTRAINT = 'late_admission_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER admission_enters BEFORE INSERT ON books_lateadmission FOR EACH ROW EXECUTE FUNCTION books_admission_enters();
