"""Scarce time: who and what can be booked, when they are open, and bookings that can't overlap.

Owns bookables, opening hours, closures and bookings. Offers reserve_time, move_booking, release_booking and the search for free slots to
every module above; never knows why something was booked (a booking carries an origin reference).
"""
