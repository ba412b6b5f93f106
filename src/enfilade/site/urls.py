"""Addresses: the site composes what core derives from the declarations."""

from enfilade.core.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
