"""Scarce time: who and what can be booked, when they are open, and bookings that can't overlap, also those that come again.

Owns bookables and pools of them, opening hours, closures, bookings and series. Offers reserve_time, reserve_series, move_booking,
release_booking and the search for free slots to every module above; never knows why something was booked (a booking carries an origin
reference).
"""
