"""The addresses of the person's own pages, below ``/me/``."""

from django.urls import path

from troth.control.pages import address, choices, data, erase, export, history, overview, requests, security, signing_in

urlpatterns = [
    path("", overview.overview, name="me"),
    path("data/", data.data, name="my-data"),
    path("data/<slug:record>/<slug:field>/", data.correction, name="my-correction"),
    path("data/<slug:record>/<slug:field>/file/", data.file, name="my-file"),
    path("address/", address.move, name="my-address"),
    path("address/code/", address.code, name="my-address-code"),
    path("choices/", choices.choose, name="my-choices"),
    path("choices/browser/", choices.keep_choice, name="keep-choice"),
    path("receipts/", choices.receipts, name="my-receipts"),
    path("restrict/", choices.restrict, name="restrict"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("sign-in/password/", signing_in.password, name="sign-in-password"),
    path("sign-in/passkey/", signing_in.passkey, name="sign-in-passkey"),
    path("sign-in/passkey/begin/", signing_in.begin_passkey, name="sign-in-passkey-begin"),
    path("security/", security.security, name="security"),
    path("security/session/end/", security.end_session, name="end-session"),
    path("security/sessions/end/", security.end_others, name="end-sessions"),
    path("security/password/", security.set_password, name="set-password"),
    path("security/password/remove/", security.remove_password, name="remove-password"),
    path("security/passkey/", security.add_passkey, name="add-passkey"),
    path("security/passkey/begin/", security.begin_passkey, name="begin-passkey"),
    path("security/passkey/remove/", security.remove_passkey, name="remove-passkey"),
    path("requests/", requests.requests, name="my-requests"),
    path("export/", export.export, name="export"),
    path("export/<slug:ref>.zip", export.package, name="package"),
    path("erase/", erase.erase, name="erase"),
    path("erased/<slug:person>/", erase.erased, name="erased"),
    path("erased/<slug:person>.json", erase.proof, name="erased-proof"),
    path("history/", history.entries, name="my-history"),
    path("history/<slug:leaf>.json", history.receipt, name="my-history-receipt"),
]
