"""Pages and API for the application server."""

import os

from enfilade.core.logs import serve_form

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
serve_form()

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
