"""/_gallery/ in development: every component with sample data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.ui import gallery


def gallery_view(request: HttpRequest) -> HttpResponse:
    """Draw the gallery."""
    return render(request, "core/gallery.html", gallery.context() if hasattr(gallery, "context") else {})
