-- The price on the item and its history can't drift apart: whoever changes the one writes the other, whatever way the change comes.
CREATE OR REPLACE FUNCTION item_keep_price() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE (SELECT timezone FROM core_company WHERE id = NEW.company_id))::date;
BEGIN
    -- The first price counts for every earlier day too: something entered late may have been done before.
    INSERT INTO item_itemprice (company_id, item_id, valid_from, price_minor)
    VALUES (NEW.company_id, NEW.id, CASE WHEN TG_OP = 'INSERT' THEN date '1900-01-01' ELSE today END, NEW.price_minor)
    ON CONFLICT (item_id, valid_from) DO UPDATE SET price_minor = excluded.price_minor;
    RETURN NULL;
END $$;

CREATE TRIGGER item_keep_price_new AFTER INSERT ON item_item FOR EACH ROW EXECUTE FUNCTION item_keep_price();
CREATE TRIGGER item_keep_price_changed AFTER UPDATE OF price_minor ON item_item FOR EACH ROW
    WHEN (NEW.price_minor IS DISTINCT FROM OLD.price_minor) EXECUTE FUNCTION item_keep_price();
