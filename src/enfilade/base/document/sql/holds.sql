-- What is held can't be changed or destroyed, whoever writes the row; and a destroyed document stays as it is.
--
-- Held is what a paper is and says: party, kind, file, days, signature, note. That it expired, was replaced or revoked may still be noted:
-- it takes nothing away. A hold and a change that meet wait for each other: whoever places a hold finds what is there then, and keeps it.
CREATE FUNCTION document_hold_on(the_company bigint, the_party bigint, the_kind bigint, the_document bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT h.name FROM document_legalhold h
     WHERE h.company_id = the_company AND h.state = 'active' AND coalesce(h.party_id = the_party, true)
       AND coalesce(h.kind_id = the_kind, true) AND coalesce(h.document_id = the_document, true)
     ORDER BY h.id LIMIT 1
$$;

CREATE FUNCTION document_keep_held() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hold text;
    -- A party that was merged into another one brings its papers along; its holds went before them.
    moved boolean;
BEGIN
    IF OLD.state = 'destroyed' AND (TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'party_id') <> (to_jsonb(OLD) - 'party_id')) THEN
        RAISE EXCEPTION 'This document was destroyed; what is known of it stays as it is.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_is_destroyed', TABLE = 'document_document';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        moved := NEW.party_id <> OLD.party_id
            AND EXISTS (SELECT FROM party_party p WHERE p.id = OLD.party_id AND p.merged_into_id = NEW.party_id);
        IF NEW.state <> 'destroyed' AND (NEW.party_id = OLD.party_id OR moved)
           AND (NEW.company_id, NEW.kind_id, NEW.file_id, NEW.received_on, NEW.received_by_id, NEW.valid_until, NEW.signed, NEW.note,
                NEW.original_id, NEW.version)
               IS NOT DISTINCT FROM
               (OLD.company_id, OLD.kind_id, OLD.file_id, OLD.received_on, OLD.received_by_id, OLD.valid_until, OLD.signed, OLD.note,
                OLD.original_id, OLD.version)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('document.hold:' || OLD.company_id, 0));
    hold := document_hold_on(OLD.company_id, OLD.party_id, OLD.kind_id, OLD.id);
    IF hold IS NOT NULL THEN
        RAISE EXCEPTION 'This document is held (%); nobody may change or destroy it until the hold is lifted.', hold
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_is_held', TABLE = 'document_document';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER document_keep_held BEFORE UPDATE OR DELETE ON document_document FOR EACH ROW EXECUTE FUNCTION document_keep_held();

CREATE FUNCTION document_keep_held_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hold text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('document.hold:' || NEW.company_id, 0));
    SELECT document_hold_on(d.company_id, d.party_id, d.kind_id, d.id) INTO hold FROM document_document d
     WHERE d.file_id = NEW.file_id AND document_hold_on(d.company_id, d.party_id, d.kind_id, d.id) IS NOT NULL LIMIT 1;
    IF hold IS NOT NULL THEN
        RAISE EXCEPTION 'A document with this file is held (%); its content can''t be destroyed.', hold
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_is_held', TABLE = 'core_erasedfile';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER document_keep_held_content BEFORE INSERT ON core_erasedfile FOR EACH ROW EXECUTE FUNCTION document_keep_held_content();

-- What a hold covers never changes, except that it follows a party that was merged; a hold is lifted, never deleted.
CREATE FUNCTION document_keep_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('document.hold:' || NEW.company_id, 0));
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'active'
       AND (NEW.company_id, NEW.kind_id, NEW.document_id, NEW.name, NEW.reason, NEW.placed_by_id, NEW.placed_at)
           IS NOT DISTINCT FROM
           (OLD.company_id, OLD.kind_id, OLD.document_id, OLD.name, OLD.reason, OLD.placed_by_id, OLD.placed_at)
       AND (NEW.party_id IS NOT DISTINCT FROM OLD.party_id
            OR EXISTS (SELECT FROM party_party p WHERE p.id = OLD.party_id AND p.merged_into_id = NEW.party_id))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A hold can only be lifted; what it covers does not change.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_only_lifted', TABLE = 'document_legalhold';
END $$;

CREATE TRIGGER document_keep_hold BEFORE INSERT OR UPDATE OR DELETE ON document_legalhold
    FOR EACH ROW EXECUTE FUNCTION document_keep_hold();

-- The record of a destruction, and of any other decision, stays.
CREATE FUNCTION document_keep_destruction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'This was decided; the record of it does not change.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'destruction_is_decided', TABLE = 'document_destruction';
END $$;

CREATE TRIGGER document_keep_destruction BEFORE UPDATE OR DELETE ON document_destruction
    FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION document_keep_destruction();
