-- What an authority answered stays as it was answered; a later answer is another row.
CREATE OR REPLACE FUNCTION tax_guard_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An answer about a VAT id is never changed or deleted; record another one.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'vat_check_kept';
END $$;

CREATE TRIGGER guard_check BEFORE UPDATE OR DELETE ON tax_vatcheck FOR EACH ROW EXECUTE FUNCTION tax_guard_check();
