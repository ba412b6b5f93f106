"""Name and label."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    """books: double entry for money, pieces, hours."""

    name = "enfilade.base.books"
    label = "books"
    default_auto_field = "django.db.models.BigAutoField"
