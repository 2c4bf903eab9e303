"""Security: card numbers are never taken, wherever and however they are typed."""

from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.site import Running

CARDS = ["4111111111111111", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
         "3530111333300000", "30569309025904", "6200000000000005", "4000000000000000006"]  # fmt: skip
VISA = CARDS[0]
WRITTEN = [
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111 - 1111 - 1111 - 1111",
    "4111–1111–1111–1111",
    "４１１１ １１１１ １１１１ １１１１",
    "４１１１１１１１１１１１１１１１",
    "٤١١١١١١١١١١١١١١١",
    "4111\u200b1111\u200b1111\u200b1111",
    "my card:4111111111111111, thanks",
    "4111 1111 1111 1111 12/28",
    "4111 1111 1111 1111 123",
    "2 x 4111 1111 1111 1111",
    "4111/1111/1111/1111",
    "④①①①①①①①①①①①①①①①",
    "4\ufe0f\u20e3" + "1\ufe0f\u20e3" * 15,
    "\u202a4111\u2060111\u00ad1111\u200d11111\u202c",
    "order 7 4111 1111 1111 1111",
    "3782 822463 10005",
]
TAKEN = ["1234567890123456", "4111111111111112", "+886 2 2345 6789 or +886 912 345 678", "firmware 5.2.1.0.2024.11.23",
         "0000000000000000", "serial 7700112233445566778899", "2026-11-23 10:00:00.123456"]  # fmt: skip


def given_with(client: httpx.Client, site: Running, point: str, **fields: Any) -> dict[str, Any]:
    """A submission at `point` with these fields."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"], optional=False)
    given.fields |= fields
    return points.submission(asked, given)


def refused(answer: httpx.Response, name: str) -> None:
    """The card number was seen, named, and is not repeated."""
    error = points.refused(answer, 422, "collection.card-number")
    assert (error["field"], error["clause"]) == (name, "never.store-card-numbers")
    assert VISA not in answer.text


@pytest.mark.promise("P45")
def test_card_numbers_are_refused_however_written(client: httpx.Client, site: Running) -> None:
    """Parted by spaces, dots or dashes, in other digits, among other words or numbers: it stays a card number."""
    with disk.nothing_kept(client, site, *CARDS, *WRITTEN):
        for text in [*CARDS, *WRITTEN]:
            refused(points.post(client, site, "information", given_with(client, site, "information", message=text)),
                    "message")  # fmt: skip


@pytest.mark.promise("P45")
def test_card_numbers_are_refused_in_every_field(client: httpx.Client, site: Running) -> None:
    """There is no field at any point that takes a card number, not even the payment reference."""
    with disk.nothing_kept(client, site, VISA):
        for point in ("support", "order", "registration"):
            for field in points.described(client, site, point)["shown"]["fields"]:
                if field["input"] != "file":
                    body = given_with(client, site, point, **{field["id"]: VISA})
                    refused(points.post(client, site, point, body), field["id"])


@pytest.mark.promise("P45")
@pytest.mark.parametrize("details", [{"firmware": VISA}, {VISA: "5.2"}, {"a": "5.2", "card": "4111 1111 1111 1111"}])
def test_card_numbers_are_refused_in_details(client: httpx.Client, site: Running, details: dict[str, str]) -> None:
    """Neither the name nor the value of a hardware detail may be a card number."""
    with disk.nothing_kept(client, site, VISA):
        refused(points.post(client, site, "support", given_with(client, site, "support", diagnostics=details)),
                "diagnostics")  # fmt: skip


OVER_DETAILS = [
    {"first": "4111 1111", "second": "1111 1111"},
    {"a": "4111", "b": "1111", "c": "1111", "d": "1111"},
    {"a": "5.2", "b": "378282246", "c": "310005"},
    {"4111 1111": "1111 1111"},
    {"4111-1111": "x", "1111-1111": "y"},
]
OTHER_DETAILS = [
    {"a": "20260131", "b": "23456789"},
    {"a": VISA[:8], "b": "x", "c": VISA[8:]},
    {"a": VISA[:7], "b": VISA[7:]},
]
OVER_FIELDS = [
    ({"name": "1111 1111", "message": "4111 1111"}, "message"),
    ({"name": "4111", "company": "11111111", "work-address": "1111"}, "name"),
    ({"message": "3782", "name": "822463 10005"}, "message"),
]


@pytest.mark.promise("P45")
def test_card_numbers_are_refused_over_several_details(client: httpx.Client, site: Running) -> None:
    """A card number does not get in by parts, one detail each, nor as a detail's name and value, by API or form."""
    asked = points.described(client, site, "support")
    page = documents.opened(client, documents.address_of(site, "support"))
    given = points.answers(asked["shown"], optional=False)
    with disk.nothing_kept(client, site, given.fields["email"]):
        for details in OVER_DETAILS:
            given.fields["diagnostics"] = details
            refused(points.post(client, site, "support", points.submission(asked, given)), "diagnostics")
            answer = documents.send(client, page, documents.typed(given))
            assert answer.status_code == 422
            assert "This looks like a payment card number" in documents.Document(answer).text
    for details in OTHER_DETAILS:
        points.taken(points.post(client, site, "support", given_with(client, site, "support", diagnostics=details)))


@pytest.mark.promise("P45")
def test_card_numbers_are_refused_over_several_fields(client: httpx.Client, site: Running) -> None:
    """A card number does not get in by parts, in fields that stand beside each other where they are filled in."""
    with disk.nothing_kept(client, site, "4111 1111", "822463 10005"):
        for parts, first in OVER_FIELDS:
            refused(points.post(client, site, "information", given_with(client, site, "information", **parts)), first)
    between = {"name": "1111 1111", "message": "Words."}
    points.taken(points.post(client, site, "information", given_with(client, site, "information", **between)))


@pytest.mark.promise("P45")
def test_card_numbers_are_kept_nowhere_else(client: httpx.Client, site: Running) -> None:
    """As the name of a part, field or choice, as a point or a language, a card number leaves no trace."""
    body = given_with(client, site, "information")
    wrong = [{**body, part: {**body[part], VISA: True}} for part in ("fields", "choices")]
    wrong += [{**body, VISA: VISA}, {**body, "language": "4111 1111 1111 1111"}]
    with disk.nothing_kept(client, site, VISA, "4111 1111 1111 1111"):
        answers = [points.post(client, site, "information", one) for one in wrong]
        answers.append(points.post(client, site, "information", {**body, "shown": "0" * 64}, Idempotency_Key=VISA))
        answers.append(points.post(client, site, VISA, body))
        assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 409, 404]
        assert not [answer.text for answer in answers if VISA in answer.text]


@pytest.mark.promise("P45")
def test_card_numbers_are_refused_in_file_names(client: httpx.Client, site: Running) -> None:
    """A file called by a card number, or said to be of a type with one in it, is refused and does not stay."""
    with disk.nothing_kept(client, site, VISA):
        for file in ((f"card {VISA}.log", points.TEXT, "text/plain"), ("a.log", points.TEXT, f"text/{VISA}")):
            body = given_with(client, site, "support")
            refused(points.post(client, site, "support", body, {"log-file": file}), "log-file")


@pytest.mark.promise("P45")
@pytest.mark.parametrize("embedded", [False, True])
def test_card_numbers_are_refused_in_forms(client: httpx.Client, site: Running, *, embedded: bool) -> None:
    """A form with a card number comes back with the reason beside the field, and nothing of it was stored."""
    page = documents.opened(client, documents.address_of(site, "order", embedded=embedded))
    given = points.answers(points.described(client, site, "order")["shown"], optional=False)
    for name in ("message", "payment-reference", "name"):
        with disk.nothing_kept(client, site, VISA, "4111 1111 1111 1111", given.fields["email"]):
            answer = documents.send(client, page, {**documents.typed(given), f"field.{name}": "4111 1111 1111 1111"})
        assert answer.status_code == 422
        again = documents.Document(answer)
        assert "This looks like a payment card number" in again.text
        assert (f"#field-{name}") in again.attributes("a", "href")


@pytest.mark.promise("P45")
def test_other_numbers_are_taken(client: httpx.Client, site: Running) -> None:
    """Long numbers that are no card's are taken: serial numbers, telephone numbers, moments."""
    for text in TAKEN:
        points.taken(points.post(client, site, "information", given_with(client, site, "information", message=text)))
    points.taken(points.give(client, site, "information", phone="+886 2 2345 6789"))


@pytest.mark.promise("P45")
def test_the_statement_says_so(client: httpx.Client, site: Running) -> None:
    """The statement has the sentence that a refused card number leads to."""
    ids = {found.get("id") for _, found in documents.opened(client, f"{site.url}/privacy/").elements}
    assert "never.store-card-numbers" in ids
