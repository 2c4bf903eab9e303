"""Signing in: only who reads the mail of an address, or holds what they made here for it, comes in."""

import pytest

from tests.support import me, points


@pytest.mark.promise("P46")
def test_a_code_by_mail_lets_its_reader_in(client, site):
    """Whoever gave an address and reads its mail needs no account: the code that is sent to it signs them in."""
    address = me.held(client, site, "newsletter" if "newsletter" in points.points(site.directory.name) else "promotion")
    assert client.get(f"{site.url}/me/").headers["location"] == "/me/sign-in/?next=%2Fme%2F"
    me.sign_in(client, site, address)
    answer = client.get(f"{site.url}/me/")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
