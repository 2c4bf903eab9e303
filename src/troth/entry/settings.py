"""Django's settings, read from the installation that ``TROTH_DATA`` names."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from troth.entry.installation import Inbound, Installation

INSTALLATION = Installation(Path(os.environ["TROTH_DATA"]))
_site = INSTALLATION.configuration.site
_here = Path(__file__).parent

TROTH_DIR = INSTALLATION.directory
TROTH_KEYS_DIR = INSTALLATION.keys
TROTH_FILES_DIR = INSTALLATION.files
TROTH_URL = _site.url
TROTH_ORIGINS = _site.origins
TROTH_ORIGIN = f"{INSTALLATION.host}/log"
TROTH_SERVICE = _site.service
TROTH_LANGUAGE = _site.language
TROTH_COUNTRY = INSTALLATION.configuration.store.country
TROTH_MAIL = INSTALLATION.configuration.mail
TROTH_INBOUND = (TROTH_MAIL.inbound if TROTH_MAIL else None) or Inbound()
TROTH_MAILS_SHOWN = INSTALLATION.shows_mails
TROTH_ORIGINS = getattr(_site, "origins", ())
TROTH_SESSION_COOKIE = "__Host-me" if INSTALLATION.secure else "me"
TROTH_VISITS = INSTALLATION.configuration.visits.clickhouse
TROTH_EPSILON = round(1000 * INSTALLATION.configuration.releases.epsilon)
TROTH_RETENTION_EVERY = INSTALLATION.configuration.retention_every

SECRET_KEY = INSTALLATION.pages_key()
DEBUG = False
ALLOWED_HOSTS = [INSTALLATION.host.rpartition(":")[0] or INSTALLATION.host]

DATABASES = INSTALLATION.databases()
DATABASE_ROUTERS = ["troth.vault.router.KeysApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "troth.ledger",
    "troth.statement",
    "troth.vault",
    "troth.consent",
    "troth.use",
    "troth.cookies",
    "troth.sharing",
    "troth.mail",
    "troth.collection",
    "troth.visits",
    "troth.control",
    "troth.desk",
    "troth.entry",
]
# People's pages pass all of it; programs' addresses, in entry/handler.py, only what is our own.
MIDDLEWARE = [
    *(["troth.entry.metrics.Measured"] if INSTALLATION.configuration.metrics else []),
    "troth.visits.middleware.Seen",
    "troth.entry.middleware.SecurityHeaders",
    "troth.cookies.middleware.Registered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "troth.entry.middleware.Refusals",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "troth.entry.urls"
WSGI_APPLICATION = "troth.entry.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["troth.entry.context.site"]},
    }
]

LANGUAGE_CODE = _site.language.lower()
LANGUAGES = [("en", _("English")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [_here / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# A submission carries at most one file; everything else of a form is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = ["troth.vault.uploads.SealingUploadHandler"]

SECURE_SSL_REDIRECT = INSTALLATION.secure
SECURE_SSL_HOST = INSTALLATION.host
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _site.behind_proxy else None
SECURE_HSTS_SECONDS = 63_072_000 if INSTALLATION.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = INSTALLATION.secure
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # `frame-ancestors` in the content security policy says who may frame a page
    "security.W021",  # browsers' preload lists take a whole domain: its owner decides
]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CSRF_COOKIE_NAME = "__Host-form" if INSTALLATION.secure else "form"
CSRF_COOKIE_SECURE = INSTALLATION.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "troth.entry.middleware.forged"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "troth.entry.logs.WithoutWords"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"troth": {"level": "INFO"}, "django": {"level": "ERROR"}, "psycopg": {"level": "ERROR"}},
}
