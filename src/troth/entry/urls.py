"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from troth.collection import pages as collection
from troth.consent import pages as consent
from troth.control.pages.security import change_password
from troth.cookies import pages as cookies
from troth.entry import pages
from troth.entry.api import api
from troth.mail import pages as mail
from troth.statement import pages as statement
from troth.visits import pages as visits
from troth.visits import statistics_pages as statistics

urlpatterns: list[URLPattern | URLResolver] = [
    path("log/", include("troth.ledger.urls")),
    path("api/v1/", api.urls),
    path("healthz", pages.health, name="health"),
    path("visit", visits.beacon, name="visit"),
    path("theme.css", pages.theme, name="theme"),
    path("troth.js", cookies.script, name="troth-js"),
    path("choices/receipts/<slug:ref>.json", cookies.receipt, name="choice-receipt"),
    path(".well-known/gpc.json", cookies.gpc, name="gpc"),
    path(".well-known/security.txt", pages.security_txt, name="security-txt"),
    path(".well-known/change-password", change_password, name="change-password"),
    path("follow/<slug:token>", mail.follow, name="follow"),
    path("privacy/statement.jsonld", statement.jsonld, name="statement-jsonld"),
    *i18n_patterns(
        path("", pages.home, name="home"),
        path("products/", pages.products, name="products"),
        path("leave/<slug:link>/", pages.leave, name="leave"),
        path("visits/", statistics.visits, name="visits"),
        path("visits/<slug:month>/", statistics.visits, name="visits-month"),
        path("privacy/", statement.current, name="statement"),
        path("privacy/versions/", statement.versions, name="versions"),
        path("privacy/versions/compare/", statement.compare, name="compare"),
        path("privacy/versions/<int:number>/", statement.version, name="version"),
        path("privacy/versions/<int:old>/diff/<int:new>/", statement.difference, name="difference"),
        path("privacy/feed/", statement.feed, name="feed"),
        path("choices/", cookies.choices, name="choices"),
        path("collect/", pages.points, name="points"),
        path("collect/<slug:point>/", pages.collect, name="collect"),
        path("collect/<slug:point>/embed/", collection.embedded, name="embed"),
        path("receipts/<slug:record>/", consent.page, name="receipt"),
        path("receipts/<slug:record>.json", consent.file, name="receipt-file"),
        path("me/", include("troth.control.urls")),
        path("desk/", include("troth.desk.urls")),
        path("mails/", mail.mails, name="mails"),
        path("unsubscribe/<slug:token>/", mail.unsubscribe, name="unsubscribe"),
        path("confirm/<slug:token>/", mail.confirm, name="confirm"),
        prefix_default_language=False,
    ),
]
handler400 = "troth.entry.middleware.unreadable"
handler404 = "troth.entry.middleware.not_found"
handler500 = "troth.entry.middleware.broken"
