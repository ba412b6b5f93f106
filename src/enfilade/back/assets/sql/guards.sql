-- What must never happen to an asset and to what moved it, whoever writes.

-- Cost and depreciation of an asset are the sums of its movements, whatever an UPDATE says; so is the day up to which it was charged.
CREATE OR REPLACE FUNCTION assets_guard_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An asset is never deleted; take back how it came.' USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_kept';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.company_id, NEW.number) IS DISTINCT FROM (OLD.company_id, OLD.number) THEN
        RAISE EXCEPTION 'The number of an asset stays what it is.' USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_number_kept';
    END IF;
    SELECT coalesce(sum(cost_minor), 0), coalesce(sum(depreciation_minor), 0),
           max(through_on) FILTER (WHERE kind = 'depreciation' AND standing AND reverses_id IS NULL)
      INTO NEW.cost_minor, NEW.depreciated_minor, NEW.charged_through
      FROM assets_movement WHERE asset_id = NEW.id;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_asset BEFORE INSERT OR UPDATE OR DELETE ON assets_asset FOR EACH ROW EXECUTE FUNCTION assets_guard_asset();

CREATE OR REPLACE FUNCTION assets_sum_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assets_asset SET cost_minor = 0 WHERE id IN (SELECT asset_id FROM moved);
    RETURN NULL;
END $$;

CREATE TRIGGER sum_asset AFTER INSERT ON assets_movement REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION assets_sum_asset();
CREATE TRIGGER sum_asset_again AFTER UPDATE ON assets_movement REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION assets_sum_asset();

-- A movement stands as it was made, until another takes it back whole. No more cost comes from a line of a bill than the line is over.
CREATE OR REPLACE FUNCTION assets_guard_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed assets_movement;
    undone assets_movement;
    line record;
    used bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.standing AND NOT NEW.standing THEN
        allowed := NEW;
        allowed.standing := OLD.standing;
        IF allowed IS NOT DISTINCT FROM OLD AND EXISTS (SELECT 1 FROM assets_movement WHERE reverses_id = OLD.id) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'What moved an asset never changes; take it back instead.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_movement_unchanged';
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO undone FROM assets_movement WHERE id = NEW.reverses_id;
        IF (undone.asset_id, undone.asset_class_id, undone.kind, undone.bill_line_id, undone.standing, undone.reverses_id)
                IS DISTINCT FROM (NEW.asset_id, NEW.asset_class_id, NEW.kind, NEW.bill_line_id, true, NULL)
           OR (undone.cost_minor, undone.depreciation_minor, undone.proceeds_minor)
                IS DISTINCT FROM (-NEW.cost_minor, -NEW.depreciation_minor, -NEW.proceeds_minor) THEN
            RAISE EXCEPTION 'What is taken back is what was moved.' USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_movement_undone_whole';
        END IF;
    ELSIF NEW.bill_line_id IS NOT NULL THEN
        SELECT l.net_minor + l.tax_minor + l.self_tax_minor - l.deductible_minor AS cost, b.kind, b.state INTO line
          FROM payables_billline l JOIN payables_bill b ON b.id = l.bill_id WHERE l.id = NEW.bill_line_id FOR NO KEY UPDATE OF l;
        SELECT coalesce(sum(cost_minor), 0) INTO used FROM assets_movement WHERE bill_line_id = NEW.bill_line_id;
        IF line.kind <> 'bill' OR line.state NOT IN ('open', 'part_paid', 'paid') THEN
            RAISE EXCEPTION 'An asset is made of a line of an approved bill.' USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_of_approved_bill';
        ELSIF used + NEW.cost_minor > line.cost THEN
            RAISE EXCEPTION 'This line of the bill does not cost as much; assets were made of it already.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_line_used_once';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_movement BEFORE INSERT OR UPDATE OR DELETE ON assets_movement FOR EACH ROW EXECUTE FUNCTION assets_guard_movement();

-- Terms stand as they were agreed; a correction takes them back.
CREATE OR REPLACE FUNCTION assets_guard_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed assets_assetterms;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.standing AND NOT NEW.standing THEN
        allowed := NEW;
        allowed.standing := OLD.standing;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The terms of an asset never change; others follow them.' USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_terms_unchanged';
END $$;

CREATE TRIGGER guard_terms BEFORE UPDATE OR DELETE ON assets_assetterms FOR EACH ROW EXECUTE FUNCTION assets_guard_terms();

-- A run stands as it was posted, until it is taken back, once.
CREATE OR REPLACE FUNCTION assets_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed assets_depreciationrun;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'posted' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.reversed_on := OLD.reversed_on;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A run of depreciation never changes; take it back instead.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'depreciation_run_unchanged';
END $$;

CREATE TRIGGER guard_run BEFORE UPDATE OR DELETE ON assets_depreciationrun FOR EACH ROW EXECUTE FUNCTION assets_guard_run();

-- What was posted to the accounts of a class stays there, so the class keeps them.
CREATE OR REPLACE FUNCTION assets_guard_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.cost_account_id, NEW.depreciation_account_id) IS DISTINCT FROM (OLD.cost_account_id, OLD.depreciation_account_id)
       AND EXISTS (SELECT 1 FROM assets_movement WHERE asset_class_id = OLD.id) THEN
        RAISE EXCEPTION 'Assets stand on the accounts of this class already; make another class and move them there.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'asset_class_accounts_kept';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_class BEFORE UPDATE ON assets_assetclass FOR EACH ROW EXECUTE FUNCTION assets_guard_class();
