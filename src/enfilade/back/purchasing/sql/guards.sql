-- What must never happen to an order, to what came of it and to what is billed of it, whoever writes.

-- An order is never deleted; who supplies it, its currency and its number never change once it is approved.
CREATE OR REPLACE FUNCTION purchasing_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An order is never deleted; cancel it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_kept';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'An order begins by being drawn up.' USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_begins_as_draft';
        END IF;
    ELSIF OLD.number IS NOT NULL
        AND (NEW.number, NEW.supplier_id, NEW.currency, NEW.approved_by_id, NEW.ordered_on)
            IS DISTINCT FROM (OLD.number, OLD.supplier_id, OLD.currency, OLD.approved_by_id, OLD.ordered_on)
        OR NEW.version < OLD.version OR NEW.state = 'draft' AND OLD.state <> 'draft' OR OLD.state = 'cancelled' AND NEW.state <> 'cancelled' THEN
        RAISE EXCEPTION 'An approved order keeps its number, its supplier and its currency.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_unchanged';
    ELSIF NEW.version > 0 AND NOT EXISTS (SELECT 1 FROM purchasing_orderversion WHERE order_id = NEW.id AND number = NEW.version) THEN
        RAISE EXCEPTION 'What holds of an order is kept as a version.' USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_version_kept';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER guard_order BEFORE INSERT OR UPDATE OR DELETE ON purchasing_purchaseorder
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_order();

-- What came and what is billed of a line are sums of rows, whatever an UPDATE says. More is billed only of what came.
CREATE OR REPLACE FUNCTION purchasing_guard_orderline() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    IF TG_OP <> 'UPDATE' OR (NEW.order_id, NEW.position, NEW.item_id, NEW.text, NEW.quantity, NEW.unit, NEW.price_minor, NEW.per, NEW.net_minor)
        IS DISTINCT FROM (OLD.order_id, OLD.position, OLD.item_id, OLD.text, OLD.quantity, OLD.unit, OLD.price_minor, OLD.per, OLD.net_minor) THEN
        SELECT state INTO stands FROM purchasing_purchaseorder WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.order_id ELSE NEW.order_id END FOR SHARE;
        IF TG_OP = 'DELETE' AND stands <> 'draft' OR stands IN ('closed', 'cancelled') THEN
            RAISE EXCEPTION 'The lines of an approved order are not deleted, and those of a closed one do not change.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_line_unchanged';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF TG_OP = 'INSERT' THEN
        NEW.received_quantity := 0;
        NEW.invoiced_quantity := 0;
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(quantity), 0) INTO NEW.received_quantity FROM purchasing_receiptline WHERE order_line_id = NEW.id;
    SELECT coalesce(sum(counted_quantity), 0) INTO NEW.invoiced_quantity FROM purchasing_ordermatch
     WHERE order_line_id = NEW.id AND counted_on IS NOT NULL AND uncounted_on IS NULL;
    IF NEW.invoiced_quantity > OLD.invoiced_quantity AND NEW.invoiced_quantity > NEW.received_quantity THEN
        RAISE EXCEPTION 'No more of an order can be billed than came.' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_line_invoiced_received';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_orderline BEFORE INSERT OR UPDATE OR DELETE ON purchasing_orderline
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_orderline();

-- What comes is of the order that its receipt names; what is taken back is what was received, as long as it is not billed.
CREATE OR REPLACE FUNCTION purchasing_guard_receiptline() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose purchasing_goodsreceipt;
    line purchasing_orderline;
    stands text;
BEGIN
    SELECT * INTO whose FROM purchasing_goodsreceipt WHERE id = NEW.receipt_id;
    UPDATE purchasing_orderline SET received_quantity = 0 WHERE id = NEW.order_line_id RETURNING * INTO line;
    SELECT state INTO stands FROM purchasing_purchaseorder WHERE id = whose.order_id;
    IF line.order_id IS DISTINCT FROM whose.order_id OR stands IN ('draft', 'cancelled') THEN
        RAISE EXCEPTION 'Only lines of an approved order are received, by a receipt of that order.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'goods_receipt_of_order';
    ELSIF whose.kind = 'receipt' AND NEW.quantity < 0 OR whose.kind = 'return' AND NEW.quantity > 0 THEN
        RAISE EXCEPTION 'What comes counts up, and what goes back counts down.' USING ERRCODE = 'check_violation', CONSTRAINT = 'goods_receipt_sign';
    ELSIF whose.kind = 'correction' AND NOT EXISTS (
            SELECT 1 FROM purchasing_receiptline
             WHERE receipt_id = whose.reverses_id AND order_line_id = NEW.order_line_id AND quantity = -NEW.quantity) THEN
        RAISE EXCEPTION 'A counter-receipt takes back what its receipt says.' USING ERRCODE = 'check_violation', CONSTRAINT = 'goods_receipt_reversed_whole';
    ELSIF whose.kind = 'correction' AND NEW.quantity < 0 AND line.invoiced_quantity > line.received_quantity THEN
        RAISE EXCEPTION 'This is billed already; send it back, or make the bill void first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'goods_receipt_not_billed';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER guard_receiptline AFTER INSERT ON purchasing_receiptline FOR EACH ROW EXECUTE FUNCTION purchasing_guard_receiptline();

-- A bill is matched while it waits for approval; approved, what was matched counts, and nothing of it changes but that the bill becomes void.
CREATE OR REPLACE FUNCTION purchasing_guard_ordermatch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill payables_bill;
    money text;
BEGIN
    SELECT b.* INTO bill FROM payables_bill b JOIN payables_billline l ON l.bill_id = b.id
     WHERE l.id = CASE TG_OP WHEN 'DELETE' THEN OLD.bill_line_id ELSE NEW.bill_line_id END;
    IF TG_OP <> 'INSERT' AND OLD.counted_on IS NOT NULL AND (TG_OP = 'DELETE' OR OLD.uncounted_on IS NOT NULL
            OR (NEW.bill_line_id, NEW.order_line_id, NEW.quantity, NEW.counted_quantity, NEW.counted_on)
                IS DISTINCT FROM (OLD.bill_line_id, OLD.order_line_id, OLD.quantity, OLD.counted_quantity, OLD.counted_on)) THEN
        RAISE EXCEPTION 'What an approved bill was matched with does not change; make the bill void.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_unchanged';
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT o.currency INTO money FROM purchasing_purchaseorder o JOIN purchasing_orderline l ON l.order_id = o.id WHERE l.id = NEW.order_line_id;
    IF money IS DISTINCT FROM bill.currency THEN
        RAISE EXCEPTION 'A bill and its order are in the same currency.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_currency';
    ELSIF TG_OP = 'INSERT' AND bill.state <> 'draft' THEN
        RAISE EXCEPTION 'A bill is matched before it is approved.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_of_draft';
    ELSIF NEW.counted_on IS NOT NULL AND bill.state = 'draft' THEN
        RAISE EXCEPTION 'Only an approved bill counts as billed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_counted_approved';
    ELSIF NEW.uncounted_on IS NOT NULL AND bill.state <> 'void' THEN
        RAISE EXCEPTION 'What an approved bill charges counts until it is void.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_uncounted_void';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_ordermatch BEFORE INSERT OR UPDATE OR DELETE ON purchasing_ordermatch
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_ordermatch();

CREATE OR REPLACE FUNCTION purchasing_sum_orderline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE purchasing_orderline SET invoiced_quantity = 0 WHERE id = NEW.order_line_id;
    RETURN NULL;
END $$;

CREATE TRIGGER sum_orderline AFTER UPDATE ON purchasing_ordermatch FOR EACH ROW EXECUTE FUNCTION purchasing_sum_orderline();

-- A bill that was matched with an order counts against what came as soon as it is approved: nobody approves it past this module.
CREATE OR REPLACE FUNCTION purchasing_require_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM purchasing_ordermatch m JOIN payables_billline l ON l.id = m.bill_line_id
                WHERE l.bill_id = NEW.id AND m.counted_on IS NULL) THEN
        RAISE EXCEPTION 'A bill of an order is approved with what it was matched with.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_match_counted';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER purchasing_counted AFTER UPDATE ON payables_bill DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.number IS NULL AND NEW.number IS NOT NULL) EXECUTE FUNCTION purchasing_require_counted();

-- A decision stays as it was made; only what becomes of a claim changes.
CREATE OR REPLACE FUNCTION purchasing_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.bill_line_id, NEW.kind, NEW.over_minor, NEW.amount_minor, NEW.missing_quantity, NEW.reason, NEW.decided_by_id, NEW.decided_at)
        IS DISTINCT FROM (OLD.bill_line_id, OLD.kind, OLD.over_minor, OLD.amount_minor, OLD.missing_quantity, OLD.reason, OLD.decided_by_id, OLD.decided_at)
        OR OLD.state IN ('settled', 'dropped') THEN
        RAISE EXCEPTION 'A decision about a difference stays as it was made.' USING ERRCODE = 'check_violation', CONSTRAINT = 'match_decision_unchanged';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_decision BEFORE UPDATE ON purchasing_matchdecision FOR EACH ROW EXECUTE FUNCTION purchasing_guard_decision();
