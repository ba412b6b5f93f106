-- What must never be true of price lists, whoever writes.

-- A list never follows itself, however many lists lie between. One at a time in a company, so that two halves of a circle see each other.
CREATE OR REPLACE FUNCTION pricing_guard_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above pricing_pricelist%ROWTYPE;
    next_id bigint := NEW.base_list_id;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.currency, NEW.with_tax) IS DISTINCT FROM (OLD.currency, OLD.with_tax)
        AND (EXISTS (SELECT FROM pricing_listprice WHERE price_list_id = NEW.id)
             OR EXISTS (SELECT FROM pricing_pricelist WHERE base_list_id = NEW.id)) THEN
        RAISE EXCEPTION 'The currency of a list with prices, and whether they hold the tax, never change; make another list.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'price_list_kept';
    END IF;
    IF next_id IS NULL THEN
        IF TG_OP = 'UPDATE' AND NEW.with_tax AND OLD.base_list_id IS NOT NULL
            AND EXISTS (SELECT FROM pricing_listprice WHERE price_list_id = NEW.id AND percent_off IS NOT NULL) THEN
            RAISE EXCEPTION 'Prices of items are without tax, so a price with tax can''t be a percentage off them.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'list_price_tax_of_items';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('pricing.follow:' || NEW.company_id, 0));
    SELECT * INTO above FROM pricing_pricelist WHERE id = next_id;
    IF (above.currency, above.with_tax, above.company_id) IS DISTINCT FROM (NEW.currency, NEW.with_tax, NEW.company_id) THEN
        RAISE EXCEPTION 'A list follows one of its own currency, and with or without tax as it is itself.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'price_list_follows_its_like';
    END IF;
    WHILE next_id IS NOT NULL LOOP
        IF next_id = NEW.id THEN
            RAISE EXCEPTION 'A price list can''t follow itself, nor one that follows it.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'price_list_no_circle';
        END IF;
        SELECT base_list_id INTO next_id FROM pricing_pricelist WHERE id = next_id;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_list BEFORE INSERT OR UPDATE ON pricing_pricelist FOR EACH ROW EXECUTE FUNCTION pricing_guard_list();

-- A percentage off the item's price is without tax. Whether a list is with tax does not change under a price that is being written.
CREATE OR REPLACE FUNCTION pricing_guard_price() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    list pricing_pricelist%ROWTYPE;
BEGIN
    SELECT * INTO list FROM pricing_pricelist WHERE id = NEW.price_list_id FOR NO KEY UPDATE;
    IF NEW.percent_off IS NOT NULL AND list.with_tax AND list.base_list_id IS NULL THEN
        RAISE EXCEPTION 'Prices of items are without tax, so a price with tax can''t be a percentage off them.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'list_price_tax_of_items';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_price BEFORE INSERT OR UPDATE ON pricing_listprice FOR EACH ROW EXECUTE FUNCTION pricing_guard_price();
