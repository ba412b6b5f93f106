"""/_gallery/ in development: every page and component with sample data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.ui import gallery


def gallery_view(request: HttpRequest, name: str = "") -> HttpResponse:
    """Draw one page of the showcase."""
    if name not in gallery.PAGES:
        raise Http404(name)
    template, context = gallery.sample(name)
    return render(request, template, context)
