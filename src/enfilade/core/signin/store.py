"""Where sessions are kept: in the table of Django's, read without building a query, since every request reads one."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from enfilade.core.one_row import one_row


class SessionStore(DatabaseStore):
    """Sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        found = one_row(Session, expire_date__gt=timezone.now(), session_key=self.session_key)
        if found is None:
            self._session_key = None
        return found
