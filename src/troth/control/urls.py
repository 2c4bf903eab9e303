"""The addresses of the person's own pages, below ``/me/``."""

from django.urls import path

from troth.control.pages import choices, data, overview, security, signing_in

urlpatterns = [
    path("", overview.overview, name="me"),
    path("data/", data.data, name="my-data"),
    path("data/<slug:record>/<slug:field>/", data.correction, name="my-correction"),
    path("data/<slug:record>/<slug:field>/file/", data.file, name="my-file"),
    path("choices/", choices.choose, name="my-choices"),
    path("receipts/", choices.receipts, name="my-receipts"),
    path("restrict/", choices.restrict, name="restrict"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("security/", security.security, name="security"),
]
