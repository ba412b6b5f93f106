-- A place that a bookable does not have can't be taken, and no place is taken away from under a booking, whoever writes the row.
CREATE FUNCTION calendar_slot_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
BEGIN
    -- The lock waits for whoever is changing the capacity; those who book hold the row already.
    SELECT capacity INTO places FROM calendar_bookable WHERE id = NEW.bookable_id FOR SHARE;
    IF NEW.place >= places THEN
        RAISE EXCEPTION 'There are only % places.', places
            USING ERRCODE = 'check_violation', CONSTRAINT = 'slot_place_exists', TABLE = 'calendar_bookingslot';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER calendar_slot_place BEFORE INSERT OR UPDATE OF place, bookable_id, active ON calendar_bookingslot FOR EACH ROW
    WHEN (NEW.active) EXECUTE FUNCTION calendar_slot_place();

CREATE FUNCTION calendar_bookable_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM calendar_bookingslot s
               WHERE s.company_id = NEW.company_id AND s.bookable_id = NEW.id AND s.active AND s.place >= NEW.capacity AND s.ends_at > now())
    THEN
        RAISE EXCEPTION 'More places than that are booked from now on. Move or release those bookings first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'capacity_is_booked', TABLE = 'calendar_bookable';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER calendar_bookable_places BEFORE UPDATE OF capacity ON calendar_bookable FOR EACH ROW
    WHEN (NEW.capacity < OLD.capacity) EXECUTE FUNCTION calendar_bookable_places();
