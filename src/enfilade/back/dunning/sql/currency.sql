-- A reminder is in one currency: that of each of its invoices. "" stands for the company's own.

CREATE OR REPLACE FUNCTION dunning_guard_currency() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
    own text;
BEGIN
    SELECT currency INTO own FROM core_company WHERE id = NEW.company_id;
    SELECT CASE WHEN currency = own THEN '' ELSE currency END INTO wanted FROM billing_invoice WHERE id = NEW.invoice_id;
    IF NEW.currency IS DISTINCT FROM wanted
        OR NOT EXISTS (SELECT FROM dunning_reminder WHERE id = NEW.reminder_id AND currency = NEW.currency) THEN
        RAISE EXCEPTION 'A reminder is about invoices of one currency, and asks for what is owed in it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reminder_one_currency';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_currency BEFORE INSERT ON dunning_notice FOR EACH ROW EXECUTE FUNCTION dunning_guard_currency();

-- What was proposed in a currency stays in it; its invoices stand in it already.
CREATE OR REPLACE FUNCTION dunning_guard_reminder_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A reminder never changes its currency.' USING ERRCODE = 'check_violation', CONSTRAINT = 'reminder_one_currency';
END $$;

CREATE TRIGGER guard_reminder_currency BEFORE UPDATE ON dunning_reminder FOR EACH ROW
    WHEN (OLD.currency IS DISTINCT FROM NEW.currency) EXECUTE FUNCTION dunning_guard_reminder_currency();
