"""The addresses of the person's own pages, below ``/me/``."""

from django.urls import path

from troth.control.pages import overview, security, signing_in

urlpatterns = [
    path("", overview.overview, name="me"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("security/", security.security, name="security"),
]
