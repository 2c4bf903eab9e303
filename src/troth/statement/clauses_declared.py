"""The later sections of the statement as people read it: from other countries to complaints."""

from troth.statement.clause import Clause, Fact, Voice, mailto
from troth.statement.model import Cookie, Mail, Transfer

_SEALED = ("dpv:EncryptionAtRest", "dpv:FileEncryption")
_NEVER = {"third-party-cookies": "P35", "store-card-numbers": "P45", "automated-decisions": ""}
_RIGHTS = {"access": "P47", "correct": "P48", "withdraw": "P16", "complain": "P56"}
# What the person does on their own pages, whole. A correction is still to be passed on to those who had it.
_ON_OWN_PAGES = ("access", "restrict", "object", "withdraw")


def transfers(voice: Voice) -> list[Clause]:
    if not voice.statement.transfers:
        return []
    found = [Clause("transfers", voice.words("transfers.all"), promise="P25")]
    found += [_transfer(voice, code, transfer) for code, transfer in voice.statement.transfers.items()]
    return found


def _transfer(voice: Voice, code: str, transfer: Transfer) -> Clause:
    words = voice.words
    there = [name for name, recipient in voice.statement.recipients.items() if recipient.country == code]
    say_so = (
        words("transfers.essential", reason=voice.say(transfer.reason)).strip()
        if transfer.essential
        else words("transfers.object")
    )
    facts = [
        Fact(words("transfers.recipients"), voice.recipients(there)),
        Fact(words("label.since"), words.day(transfer.valid_from)),
        Fact(words("label.until"), words.day(transfer.valid_to) if transfer.valid_to else ""),
        Fact(words("label.copy"), voice.say(transfer.copy_at)),
        Fact(words("label.your-say"), say_so),
    ]
    return Clause(
        f"transfer.{code}",
        words("transfers.safeguard." + transfer.safeguard),
        promise="P25",
        title=words.country(code),
        facts=tuple(fact for fact in facts if fact.text),
    )


def never(voice: Voice) -> list[Clause]:
    words = voice.words
    return [
        Clause(
            f"never.{name}",
            words("never." + name),
            words("kept.card") if name == "store-card-numbers" else "",
            _NEVER.get(name, "P30"),
        )
        for name in voice.statement.never
    ]


def visits(voice: Voice) -> list[Clause]:
    words, noted = voice.words, voice.statement.visits
    if noted is None:
        return []
    facts = (
        Fact(words("label.purpose"), voice.purposes(noted.purposes)),
        Fact(words("label.kept"), words.duration(noted.retention)),
        Fact(words("label.seen-by"), words("visits." + noted.statistics)),
    )
    fields = words.listed(words("visits.field." + field) for field in noted.fields)
    apart = words("visits.join", purpose=voice.purpose(noted.join)) if noted.join else words("visits.apart")
    return [
        Clause("visits", words("visits.text", fields=fields), promise="P02", facts=facts),
        Clause("visits.join", apart, promise="P20"),
    ]


def cookies(voice: Voice) -> list[Clause]:
    if not voice.statement.cookies:
        return []
    found = [Clause("cookies", voice.words("cookies.all"), voice.words("kept.register"), "P35")]
    found += [_cookie(voice, name, cookie) for name, cookie in voice.statement.cookies.items()]
    return found


def _cookie(voice: Voice, name: str, cookie: Cookie) -> Clause:
    words = voice.words
    facts = [
        Fact(words("label.kind"), words("cookies.kind." + cookie.kind)),
        Fact(words("label.set-by"), words("cookies.self") if cookie.host == "self" else cookie.host),
        Fact(words("label.purpose"), voice.purpose(cookie.purpose) if cookie.purpose else ""),
        Fact(words("label.lasts"), lifetime(voice, cookie)),
        Fact(words("label.asked"), asked(voice, cookie)),
    ]
    kept = tuple(fact for fact in facts if fact.text)
    return Clause(f"cookie.{name}", voice.say(cookie.data), promise="P35", title=name, facts=kept)


def lifetime(voice: Voice, cookie: Cookie) -> str:
    """How long it stays in the browser; storage of the browser says so by its kind."""
    if cookie.lifetime == "session":
        return voice.words("cookies.session") if cookie.kind == "cookie" else ""
    return voice.words.duration(cookie.lifetime) if cookie.lifetime else ""


def asked(voice: Voice, cookie: Cookie) -> str:
    """Whether a cookie waits for a yes, or why it need not."""
    if cookie.consent:
        return voice.words("cookies.consent", purpose=voice.purpose(cookie.consent))
    return voice.words("cookies.exempt", reason=voice.say(cookie.exempt)) if cookie.exempt else ""


def mail(voice: Voice) -> list[Clause]:
    if not voice.statement.mail:
        return []
    found = [Clause("mail", voice.words("mail.all"), promise="P41")]
    found += [_mail(voice, name, one) for name, one in voice.statement.mail.items()]
    return found


def _mail(voice: Voice, name: str, one: Mail) -> Clause:
    words = voice.words
    facts = (
        Fact(words("label.kind"), words("mail.kind." + one.category)),
        Fact(words("label.purpose"), voice.purpose(one.purpose)),
    )
    promise = {"promotional": "P39", "service": "P41", "change": "P53"}[one.category]
    return Clause(f"mail.{name}", voice.say(one.text), promise=promise, facts=facts)


def security(voice: Voice) -> list[Clause]:
    return [
        Clause(
            f"security.{number}",
            voice.say(measure.text),
            voice.words("kept.sealed") if measure.term in _SEALED else "",
            "P43" if measure.term == "dpv:EncryptionInTransfer" else "P44",
        )
        for number, measure in enumerate(voice.statement.security, start=1)
    ]


def rights(voice: Voice) -> list[Clause]:
    words, statement = voice.words, voice.statement
    if not statement.rights:
        return []
    found = [Clause("rights", words("rights.all", email=statement.controller.email), promise="P42")]
    found += [
        Clause(
            f"right.{name}",
            voice.say(text),
            words("kept.own") if name in _ON_OWN_PAGES else "",
            _RIGHTS.get(name, "P49"),
            title=words("rights." + name),
        )
        for name, text in statement.rights.items()
    ]
    return found


def children(voice: Voice) -> list[Clause]:
    words, declared, minimum = voice.words, voice.statement.children, voice.statement.service.minimum_age
    if declared is None and minimum is None:
        return []
    facts = [Fact(words("label.minimum-age"), words("children.minimum", age=minimum))] if minimum else []
    said = words("children.text", age=minimum)
    if declared:
        said = voice.say(declared.text)
        ages = (words("children.age", country=words.country(c), age=age) for c, age in declared.thresholds.items())
        facts.append(Fact(words("label.consent-age"), words("list.apart").join(ages)))
    kept = words("kept.age") if any(point.age for point in voice.statement.collection.values()) else ""
    return [Clause("children", said, kept, "P50", facts=tuple(fact for fact in facts if fact.text))]


def links(voice: Voice) -> list[Clause]:
    declared = voice.statement.links
    if not declared:
        return []
    facts = tuple(Fact(voice.say(link.label), link.url, link.url) for link in declared.values())
    return [Clause("links", voice.words("links.text"), voice.words("kept.links"), "P52", facts=facts)]


def changes(voice: Voice) -> list[Clause]:
    words, declared = voice.words, voice.statement.changes
    channels = words.listed(words("changes.channel." + channel) for channel in declared.channels)
    said = words("changes.text", notice=words.duration(declared.notice), channels=channels)
    return [
        Clause("changes", said, promise="P53"),
        Clause("changes.versions", words("changes.versions"), words("kept.versions"), "P55"),
    ]


def complaints(voice: Voice) -> list[Clause]:
    words, declared = voice.words, voice.statement.complaints
    if declared is None:
        return []
    facts = (
        Fact(words("label.email"), declared.email, mailto(declared.email)),
        Fact(words("label.post"), voice.say(declared.post)),
        Fact(words("label.answer"), words.duration(declared.answer_within)),
    )
    found = [Clause("complaints", words("complaints.text"), promise="P56", facts=facts)]
    if authority := declared.authority:
        where = (
            Fact(words("label.authority"), voice.say(authority.name), authority.url),
            Fact(words("label.country"), words.country(authority.country)),
        )
        found.append(Clause("complaints.authority", words("complaints.authority"), promise="P56", facts=where))
    return found
