"""What goes to many besides news: to who owns something, through a provider, shown before it goes."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from tests.conftest import NewSite
from tests.support import letters, odd_smtp, points
from tests.support.odd_smtp import Odd
from tests.support.site import EXAMPLES, Failed, Running, troth
from tests.support.waiting import until

MODEL = "EonStor GS 3024"
NOTICE = letters.ISSUE.replace("mail: newsletter", f"mail: service-notices\nonly: product = {MODEL}")


@pytest.fixture
def server() -> Iterator[Odd]:
    """A mail server that takes everything."""
    with odd_smtp.odd() as made:
        yield made


def owning(tmp_path: Path, new_site: NewSite) -> Running:
    """The first example, whose statement lets notices that people need go by what they ordered."""
    example = tmp_path / "owning"
    example.mkdir()
    text = (EXAMPLES / "infortrend" / "statement.yaml").read_text("utf-8")
    changed = text.replace(
        "product: [carry-out-order, legal-duty]", "product: [carry-out-order, legal-duty, essential-notices]"
    )
    assert changed != text
    (example / "statement.yaml").write_text(changed, "utf-8")
    return new_site(str(example))


def ordered(client: httpx.Client, site: Running, product: str) -> str:
    """Somebody new ordered something; answers their address."""
    address = points.address()
    points.taken(points.give(client, site, "order", email=address, product=product))
    return address


@pytest.mark.promise("P41")
def test_a_notice_reaches_who_owns_a_model(client, tmp_path, new_site, server):
    """A critical update for a model goes to who ordered it, counted as a use of theirs, and to nobody else."""
    site = owning(tmp_path, new_site)
    site.stop()
    server.serves(site)
    site.start()
    owner, other = ordered(client, site, MODEL.lower()), ordered(client, site, "JB 3060")
    ref = letters.issue(site, NOTICE)
    told = letters.send(site, ref)
    assert (told["sent"], told["left-out"], told["left out"]) == (1, 1, {"not-theirs": 1})
    assert set(server.took) == {owner}
    assert other not in server.took
    assert b"List-Unsubscribe" not in server.words[owner]


@pytest.mark.promise("P41")
@pytest.mark.usefixtures("sqlite")
def test_the_statement_must_let_a_notice_go_by_what_people_own(client, new_site, server):
    """Where the field is not declared for the purpose of the mail, it is not opened, and nobody is in the audience."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    site.start()
    ordered(client, site, MODEL)
    told = letters.send(site, letters.issue(site, NOTICE))
    assert told["left out"] == {"not-theirs": 1}
    assert sum(server.took.values()) == 0


@pytest.mark.promise("P12")
@pytest.mark.usefixtures("sqlite")
def test_the_audience_is_shown_before_it_goes(client, infortrend):
    """Staff see how many would get an issue, and how many not and why; the words in both languages; nothing goes."""
    ref = letters.issue(infortrend)
    told = "mail", "audience", ref, "--json", "--data", infortrend.directory
    (before,) = json.loads(troth(*told))
    letters.given(client, infortrend)
    letters.given(client, infortrend, "none")
    (audience,) = json.loads(troth(*told))
    assert audience["gets"] == before["gets"]
    assert audience["left out"]["not-confirmed"] >= 1
    assert audience["left out"]["consent-missing"] >= 1
    english = troth("mail", "preview", ref, "--data", infortrend.directory)
    assert english.startswith("Winter at our readers\n")
    assert "Dear reader, see the guide <https://example.com/guide?a=1&b=2>" in english
    assert "No. 1, Example Road" in english
    chinese = troth("mail", "preview", ref, "--language", "zh-Hant", "--format", "html", "--data", infortrend.directory)
    assert '<html lang="zh-Hant">' in chinese
    assert "讀者您好" in chinese
    assert "取消訂閱" in chinese
    assert chinese.count("<h1>") == 1
    assert "src=" not in chinese
    with pytest.raises(Failed, match=r"mail\.not-set-up"):
        troth("mail", "send", ref, "--yes", "--data", infortrend.directory)
    assert letters.status(infortrend, ref)["state"] == "draft"


@pytest.mark.promise("P16")
def test_the_command_sends_by_itself(client, new_site, server):
    """Where no server runs, the command sends, and says how far it came; whoever said no before it gets none."""
    site = new_site("infortrend")
    (staying, _), (leaving, person) = (letters.given(client, site, point="order") for _ in range(2))
    site.stop()
    server.serves(site)
    ref = letters.issue(site, letters.ISSUE.replace("mail: newsletter", "mail: service-notices"))
    troth("person", "restrict", person, "--data", site.directory)
    told = troth("mail", "send", ref, "--yes", "--data", site.directory)
    assert "1 would get it." in told
    assert "1 are left out: restricted" in told
    assert f"Issue {ref} is done: sent 1" in told
    assert set(server.took) == {staying}
    assert leaving not in server.took
    site.start()


BAD = {
    "mail.not-declared": letters.ISSUE.replace("mail: newsletter", "mail: nothing"),
    "mail.language-missing": letters.ISSUE.partition("--- zh-Hant")[0],
    "mail.malformed": letters.ISSUE.replace("subject: 冬季消息\n", ""),
    "mail.remote-content": letters.ISSUE + "\n![cat](https://example.com/cat.png)\n",
}


@pytest.mark.promise("P12")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("code", BAD)
def test_an_issue_that_would_not_do_is_refused(infortrend, code):
    """What the statement does not declare, what somebody could not read, what fetches something: none is taken in."""
    with pytest.raises(Failed, match=code.replace(".", r"\.")):
        letters.issue(infortrend, BAD[code])


@pytest.mark.promise("P12")
def test_no_promotion_leaves_unsigned(new_site, server):
    """Without the key that signs mail, promotional mail does not begin to go; with it, a test goes to oneself."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    site.start()
    key = site.directory / "keys" / "dkim.key"
    held = key.read_bytes()
    key.unlink()
    ref = letters.issue(site)
    with pytest.raises(Failed, match=r"mail\.not-of-its-class"):
        troth("mail", "send", ref, "--yes", "--data", site.directory)
    key.write_bytes(held)
    key.chmod(0o644)
    with pytest.raises(Failed, match=r"mail\.key-unusable"):
        troth("mail", "test", ref, "staff@example.org", "--data", site.directory)
    key.chmod(0o600)
    troth("mail", "test", ref, "staff@example.org", "--data", site.directory)
    assert server.took["staff@example.org"] == 2
    assert letters.verifies(site, server.words["staff@example.org"])
    for again in ("pause", "resume"):
        with pytest.raises(Failed, match=r"mail\.not-now"):
            troth("mail", again, ref, "--data", site.directory)
    with pytest.raises(Failed, match=r"mail\.no-such-issue"):
        troth("mail", "status", "nothing", "--data", site.directory)


@pytest.mark.promise("P39")
def test_a_provider_is_given_the_same_mail(client, tmp_path, new_site):
    """Through a backend of Django's, letters and issues go as well, with the headers that end them."""
    site, mails = new_site("infortrend"), tmp_path / "given"
    site.stop()
    file = site.directory / "troth.toml"
    settings = '\n[mail]\nbackend = "django.core.mail.backends.filebased.EmailBackend"\nsender = "news@example.org"\n'
    settings += 'recipient = "mail-delivery"\n'
    file.write_text(file.read_text("utf-8") + settings + f'options = {{file_path = "{mails}"}}\n', "utf-8")
    site.start()
    address, person = letters.given(client, site)
    link = until(lambda: [one for mail in read(mails) for one in asked(mail, address)], "a question")[-1]
    assert client.post(link).status_code == 200
    told = letters.send(site, letters.issue(site))
    assert told["sent"] == 1
    used = json.loads(troth("person", "uses", person, "--json", "--data", site.directory))
    assert [one["recipient"] for one in used if one["purpose"] == "newsletter"] == ["mail-delivery"]
    (issue,) = [mail for mail in read(mails) if mail["List-Unsubscribe"]]
    assert issue["To"] == address
    assert issue["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.post(letters.end(issue)).status_code == 200


def asked(mail, address):
    """Where the person at `address` is asked to confirm."""
    if mail["To"] != address or mail.is_multipart():
        return []
    return [link for link in letters.LINK.findall(mail.get_content()) if "/confirm/" in link]


def read(directory: Path):
    """Every mail that the backend wrote."""
    texts = [one for file in sorted(directory.glob("*.log")) for one in file.read_bytes().split(b"-" * 79 + b"\n")]
    return [message_from_bytes(text, policy=policy.default) for text in texts if text.strip()]
