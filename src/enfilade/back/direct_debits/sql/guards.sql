-- What must never happen to money that we take from somebody's account, whoever writes.

-- ISO 7064 mod 97-10 over letters and digits, letters as 10 to 35; a right identifier gives 1.
CREATE OR REPLACE FUNCTION direct_debits_mod97(said text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    sign text;
    rest int := 0;
BEGIN
    FOREACH sign IN ARRAY regexp_split_to_array(said, '') LOOP
        rest := CASE WHEN sign BETWEEN '0' AND '9' THEN (rest * 10 + sign::int) % 97 ELSE (rest * 100 + ascii(sign) - 55) % 97 END;
    END LOOP;
    RETURN rest;
END $$;

CREATE OR REPLACE FUNCTION direct_debits_guard_creditor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.identifier ~ '^[A-Z0-9]{8,35}$' AND direct_debits_mod97(substr(NEW.identifier, 8) || substr(NEW.identifier, 1, 4)) <> 1 THEN
        RAISE EXCEPTION 'The check digits of this creditor identifier are wrong.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'creditor_identifier_checked';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_creditor BEFORE INSERT OR UPDATE ON direct_debits_creditor FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_creditor();

-- A mandate begins unsigned. Signed, it keeps what was signed; account, reference and creditor change with an amendment that says so.
CREATE OR REPLACE FUNCTION direct_debits_guard_mandate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'draft' THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.state <> 'ended' THEN
        IF OLD.state = 'draft' THEN
            RETURN NEW;
        END IF;
        IF (NEW.company_id, NEW.scheme, NEW.kind, NEW.signed_on, NEW.prepared_by_id, NEW.prepared_at)
            IS NOT DISTINCT FROM (OLD.company_id, OLD.scheme, OLD.kind, OLD.signed_on, OLD.prepared_by_id, OLD.prepared_at) THEN
            FOR changed IN SELECT * FROM (VALUES ('account', OLD.iban::text, NEW.iban::text), ('reference', OLD.reference::text, NEW.reference::text),
                    ('creditor', OLD.creditor_identifier::text, NEW.creditor_identifier::text)) AS v (what, before, after) WHERE v.before <> v.after LOOP
                IF NOT EXISTS (SELECT 1 FROM direct_debits_mandateamendment a WHERE a.mandate_id = NEW.id AND a.what = changed.what
                        AND a.before = changed.before AND a.after = changed.after) THEN
                    RAISE EXCEPTION 'A signed mandate changes by an amendment only.' USING ERRCODE = 'check_violation', CONSTRAINT = 'mandate_amended';
                END IF;
            END LOOP;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A mandate keeps what was signed; end it and prepare another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'mandate_unchanged';
END $$;

CREATE TRIGGER guard_mandate BEFORE INSERT OR UPDATE OR DELETE ON direct_debits_mandate FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_mandate();

CREATE OR REPLACE FUNCTION direct_debits_guard_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed direct_debits_mandateamendment;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.told_in_id := OLD.told_in_id;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What was changed of a mandate stays written.' USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_unchanged';
END $$;

CREATE TRIGGER guard_amendment BEFORE UPDATE OR DELETE ON direct_debits_mandateamendment FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_amendment();

-- A run is summed up from its collections while it is made. It is released over mandates that hold on its day, over invoices that are still
-- open by as much, once every payer was told in time; from then on it keeps everything but how far it has come.
CREATE OR REPLACE FUNCTION direct_debits_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed direct_debits_collectionrun;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'draft' THEN
        SELECT coalesce(sum(amount_minor), 0), count(*) INTO NEW.total_minor, NEW.collection_count
          FROM direct_debits_collection WHERE run_id = NEW.id AND state <> 'cancelled';
        IF NEW.state = 'released' THEN
            PERFORM 1 FROM direct_debits_mandate m JOIN direct_debits_collection c ON c.mandate_id = m.id
              WHERE c.run_id = NEW.id AND c.state = 'planned' ORDER BY m.id FOR SHARE OF m;
            IF NEW.collection_count = 0 THEN
                RAISE EXCEPTION 'There is nothing to collect in this run.' USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_run_not_empty';
            ELSIF EXISTS (SELECT 1 FROM direct_debits_collection c JOIN direct_debits_mandate m ON m.id = c.mandate_id
                WHERE c.run_id = NEW.id AND c.state = 'planned' AND (m.state <> 'active' OR m.scheme <> NEW.scheme
                      OR NEW.collect_on > (coalesce(m.last_on, m.signed_on) + interval '36 months')::date)) THEN
                RAISE EXCEPTION 'A mandate in this run is not valid on its day.' USING ERRCODE = 'check_violation', CONSTRAINT = 'run_mandates_valid';
            ELSIF EXISTS (SELECT 1 FROM direct_debits_collection c JOIN direct_debits_mandate m ON m.id = c.mandate_id
                WHERE c.run_id = NEW.id AND c.state = 'planned' AND (c.noticed_on IS NULL OR c.noticed_on + m.notice_days > NEW.collect_on)) THEN
                RAISE EXCEPTION 'A payer in this run was not told in time.' USING ERRCODE = 'check_violation', CONSTRAINT = 'run_payers_told';
            ELSIF EXISTS (SELECT 1 FROM direct_debits_collection c LEFT JOIN direct_debits_collectionpart p ON p.collection_id = c.id AND p.live
                WHERE c.run_id = NEW.id AND c.state = 'planned' GROUP BY c.id, c.amount_minor
               HAVING c.amount_minor IS DISTINCT FROM sum(p.amount_minor)) THEN
                RAISE EXCEPTION 'A collection is over the invoices that it takes.' USING ERRCODE = 'check_violation', CONSTRAINT = 'run_collections_add_up';
            ELSIF EXISTS (SELECT 1 FROM direct_debits_collection c JOIN direct_debits_collectionpart p ON p.collection_id = c.id AND p.live
                JOIN billing_invoice i ON i.id = p.invoice_id WHERE c.run_id = NEW.id AND c.state = 'planned' AND i.open_minor < p.amount_minor) THEN
                RAISE EXCEPTION 'An invoice in this run was paid meanwhile; take its payer out.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'run_invoices_open';
            END IF;
        END IF;
        IF (NEW.made_by_id, NEW.made_at) IS NOT DISTINCT FROM (OLD.made_by_id, OLD.made_at) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.state IN ('released', 'sent', 'done') THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.sent_by_id := OLD.sent_by_id;
        allowed.sent_at := OLD.sent_at;
        allowed.cancelled_by_id := OLD.cancelled_by_id;
        allowed.cancelled_at := OLD.cancelled_at;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD AND NEW.state <> 'draft' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A collection run that was released does not change; cancel it and make another.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_run_unchanged';
END $$;

CREATE TRIGGER guard_run BEFORE INSERT OR UPDATE OR DELETE ON direct_debits_collectionrun FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_run();

-- Collections and their parts are written while their run is made; afterwards only what became of them changes.
CREATE OR REPLACE FUNCTION direct_debits_guard_collection() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed direct_debits_collection;
    run_state text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM direct_debits_collectionrun WHERE id = NEW.run_id AND state = 'draft' FOR NO KEY UPDATE;
        IF FOUND AND NEW.state = 'planned' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.state NOT IN ('cancelled', 'refused') THEN
        SELECT state INTO run_state FROM direct_debits_collectionrun WHERE id = NEW.run_id;
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.payment_id := OLD.payment_id;
        allowed.return_code := OLD.return_code;
        allowed.returned_on := OLD.returned_on;
        IF run_state = 'draft' THEN
            allowed.noticed_on := OLD.noticed_on;
            allowed.noticed_how := OLD.noticed_how;
        END IF;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A collection of a run does not change; take it out, or cancel the run.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_unchanged';
END $$;

CREATE TRIGGER guard_collection BEFORE INSERT OR UPDATE OR DELETE ON direct_debits_collection
    FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_collection();

CREATE OR REPLACE FUNCTION direct_debits_sum_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE direct_debits_collectionrun SET total_minor = 0 WHERE id = NEW.run_id AND state = 'draft';
    RETURN NULL;
END $$;

CREATE TRIGGER sum_run AFTER INSERT OR UPDATE ON direct_debits_collection FOR EACH ROW EXECUTE FUNCTION direct_debits_sum_run();

CREATE OR REPLACE FUNCTION direct_debits_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed direct_debits_collectionpart;
    owed billing_invoice;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM direct_debits_collection c JOIN direct_debits_collectionrun r ON r.id = c.run_id WHERE c.id = NEW.collection_id AND r.state = 'draft';
        IF FOUND THEN
            SELECT * INTO owed FROM billing_invoice WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
            IF owed.kind = 'invoice' AND owed.state IN ('issued', 'part_paid') AND NEW.amount_minor <= owed.open_minor AND NEW.currency = owed.currency THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'No more of an invoice is collected than is open.' USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_part_of_open_invoice';
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.live := OLD.live;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What a collection takes does not change; take it out of its run.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_part_unchanged';
END $$;

CREATE TRIGGER guard_part BEFORE INSERT OR UPDATE OR DELETE ON direct_debits_collectionpart FOR EACH ROW EXECUTE FUNCTION direct_debits_guard_part();
