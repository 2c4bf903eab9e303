"""The addresses of the desk, below ``/desk/``."""

from django.urls import path

from troth.desk.pages import home, letters, publish, signing_in, visits

urlpatterns = [
    path("", home.home, name="desk"),
    path("sign-in/", signing_in.sign_in, name="desk-sign-in"),
    path("sign-out/", signing_in.sign_out, name="desk-sign-out"),
    path("welcome/", signing_in.welcome, name="desk-welcome"),
    path("letters/", letters.every, name="desk-letters"),
    path("letters/new/", letters.compose, name="desk-compose"),
    path("letters/<slug:ref>/", letters.issue, name="desk-letter"),
    path("letters/<slug:ref>/<str:language>/", letters.as_html, name="desk-letter-html"),
    path("publish/", publish.publish, name="desk-publish"),
    path("retract/", publish.retract, name="desk-retract"),
    path("visits/", visits.visits, name="desk-visits"),
    path("visits/<slug:month>/", visits.visits, name="desk-visits-month"),
]
