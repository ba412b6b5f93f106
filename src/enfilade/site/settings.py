"""Settings: everything that differs between machines comes from the environment, typed and checked here once.

DATABASE_URL    postgresql://user:password@host:port/name (a socket folder may be given as ?host=/path); several servers as
                host:port,host:port with target_session_attrs=read-write; sslmode and whatever else libpq knows. Without it the
                embedded server
ENFILADE_HOME   the one folder that holds data, files and secrets (see home.find_home)
SECRET_KEY      or the file ENFILADE_HOME/secret_key, which the start script makes
ALLOWED_HOSTS   comma-separated names under which the site is reached
MAIL_URL        the server that takes our mail: smtp://user:password@host:587?tls=starttls (or tls=tls, tls=none); without it messages
                are written to ENFILADE_HOME/mail and leave the house only when somebody carries them out
MAIL_FROM       the address from which the house itself writes to its people; SITE_URL: the address of the site for links in such mails
PUSH_CONTACT    whom the services that carry web push write to when we misbehave: mailto:admin@company.example, or an https:// page
                (mailto: and MAIL_FROM)
CLAMD           the virus scanner that looks at every file before anybody may read it: host:port or /path/of/clamd.ctl; without it nothing
                is scanned
ALLOW_PRIVATE_HOSTS  1 lets people name servers (IMAP, web hooks) that lie inside a private network
ENFILADE_LOG    json or lines (see core.logs)
SESSION_IDLE_MIN  after how many minutes without doing anything somebody is signed out (120)
SESSION_HOURS   after how many hours everybody signs in again (12)
TRUSTED_PROXIES  comma-separated addresses or networks of proxies in front of us; they say from where somebody asks
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME  a provider by which people sign in as well, and what the button calls it
"""

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONCE, SELF
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from enfilade.core.language import words
from enfilade.core.logs import LINES, logging_settings

from .embedded import find_database_url
from .home import find_home
from .modules import MODULES

PACKAGE_DIR = Path(__file__).resolve().parent.parent
ROOT_DIR = PACKAGE_DIR.parent.parent


class Environment(BaseSettings):
    """What the machine says."""

    model_config = SettingsConfigDict(env_prefix="", env_file=None, extra="ignore")

    database_url: str = ""
    enfilade_home: Path = Field(default_factory=find_home)
    enfilade_debug: bool = False
    enfilade_https: bool = False
    enfilade_log: str = LINES
    enfilade_dist: Path = ROOT_DIR / "frontend" / "dist"
    secret_key: str = ""
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    db_pool_max: int = 12
    live_port: int = 8001
    live_url: str = ""
    mail_url: str = ""
    mail_from: str = "enfilade@localhost"
    site_url: str = ""
    push_contact: str = ""
    clamd: str = ""
    allow_private_hosts: bool = False
    api_rate_per_min: int = 3000
    session_idle_min: int = 120
    session_hours: int = 12
    trusted_proxies: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "your company's account"


def _secret(env: Environment) -> str:
    if env.secret_key:
        return env.secret_key
    file = env.enfilade_home / "secret_key"
    try:
        return file.read_text().strip()
    except OSError:
        # Commands that need no secret (migrations, checks) run without one; signing anything with an empty key is refused by Django.
        return ""


def database_settings(url: str) -> dict[str, str]:
    """Return Django's form of a database address: the server (or several, of which one is written to), the database, who we are."""
    known = conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {"ENGINE": "django.db.backends.postgresql"} | {name: str(known.get(word) or "") for name, word in names.items()}


def connection_options(url: str) -> dict[str, str]:
    """Return what else the address says about connections: sslmode, target_session_attrs, connect_timeout, and whatever libpq knows."""
    named = {"dbname", "user", "password", "host", "port"}
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if name not in named}


def mail_settings(url: str, folder: Path) -> dict[str, object]:
    """Return Django's form of the address of a mail server."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": str(folder)}
    parts = urlsplit(url)
    tls = (parse_qs(parts.query).get("tls") or ["starttls" if parts.username else "none"])[0]
    if parts.scheme != "smtp" or not parts.hostname or tls not in {"starttls", "tls", "none"}:
        raise ValueError("MAIL_URL looks like smtp://user:password@host:587?tls=starttls")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"starttls": 587, "tls": 465, "none": 25}[tls],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "starttls",
        "EMAIL_USE_SSL": tls == "tls",
    }


def push_contact(text: str, mail_from: str) -> str:
    """Return whom a push service writes to, as RFC 8292 wants it."""
    text = text.strip() or f"mailto:{parseaddr(mail_from)[1]}"
    if not text.startswith(("mailto:", "https://")):
        raise ValueError("PUSH_CONTACT begins with mailto: or https://")
    return text


env = Environment()
DEBUG = env.enfilade_debug
SECRET_KEY = _secret(env)
ALLOWED_HOSTS = [h.strip() for h in env.allowed_hosts.split(",") if h.strip()]
FILES_DIR = env.enfilade_home / "files"
LIVE_PORT = env.live_port
LIVE_URL = env.live_url  # Behind a proxy that sends /events to the live process: LIVE_URL=/events

API_RATE_PER_MIN = env.api_rate_per_min  # Calls of one program and worker process; 0: uncounted.

_DATABASE = env.database_url or find_database_url(env.enfilade_home)
DATABASES = {
    "default": {
        **database_settings(_DATABASE),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": env.db_pool_max, "timeout": 20},
            "application_name": "enfilade",
            **connection_options(_DATABASE),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django_linear_migrations",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_vite",
    "procrastinate.contrib.django",
    "enfilade.core",
    # After ours, which words the options of a choice.
    "django.forms",
    *MODULES,
    "enfilade.site",
]

MIDDLEWARE = [
    "enfilade.core.http.health.health_middleware",
    "enfilade.core.http.requests.request_middleware",
    "enfilade.core.http.middleware.proxy_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "enfilade.core.http.middleware.context_middleware",
    "enfilade.core.http.limits.limit_middleware",
    "enfilade.core.http.middleware.size_middleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "enfilade.site.urls"
WSGI_APPLICATION = "enfilade.site.wsgi.application"

_LOADERS = [
    "enfilade.core.ui.loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)])],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "enfilade.core.templatetags.saying",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "enfilade.core.pages.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "enfilade.core.signin.passwords.StrengthValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "enfilade.core.pages.session.keep_answer"
AXES_DISABLE_ACCESS_LOG = True

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = list(words.LANGUAGES.items())

STATIC_URL = "/static/"
STATIC_ROOT = env.enfilade_home / "static"
STATICFILES_DIRS = [("dist", env.enfilade_dist)] if env.enfilade_dist.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DJANGO_VITE = {"default": {"dev_mode": False, "static_url_prefix": "dist", "manifest_path": env.enfilade_dist / "manifest.json"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "worker-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, f"http://127.0.0.1:{LIVE_PORT}", f"http://localhost:{LIVE_PORT}"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "enfilade.core.signin.store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.session_hours * 3600
SESSION_IDLE_MIN = env.session_idle_min
TRUSTED_PROXIES = [p.strip() for p in env.trusted_proxies.split(",") if p.strip()]
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env.oidc_issuer, env.oidc_client_id, env.oidc_client_secret
OIDC_NAME = env.oidc_name
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "enfilade.core.http.problems.csrf_failure"
if env.enfilade_https:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

globals().update(mail_settings(env.mail_url, env.enfilade_home / "mail"))
CLAMD = env.clamd.strip()
ALLOW_PRIVATE_HOSTS = env.allow_private_hosts
DEFAULT_FROM_EMAIL = env.mail_from
SITE_URL = env.site_url.rstrip("/")
PUSH_CONTACT = push_contact(env.push_contact, env.mail_from)
EMAIL_TIMEOUT = 60
EMAIL_SUBJECT_PREFIX = ""

DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The command line, migrations and checks need no built pages; whatever draws one says itself what is missing.
SILENCED_SYSTEM_CHECKS = ["django_vite.W001"]
SERIALIZATION_MODULES: dict[str, str] = {}

LOGGING = logging_settings(env.enfilade_log)
