"""A small statement that is whole, and ways to break it."""

import copy
import json
from datetime import date
from typing import Any

from pydantic import ValidationError

from troth.statement.checks import check
from troth.statement.finding import Finding
from troth.statement.loader import Loaded, loads
from troth.statement.model import Statement

TODAY = date(2026, 11, 23)

MINIMAL = """\
troth: 1
id: example-storage
languages: [en, zh-Hant]
controller:
  name: Example Storage Inc.
  address: 1 Example Road, Taipei 100, Taiwan
  country: TW
  email: privacy@example.com
  officer: {email: officer@example.com}
  representative: {name: Example Storage Europe, email: europe@example.com, address: "2 Example Street, Berlin"}
service:
  name: Example Storage
  url: https://www.example.com
  audience: general
  minimum_age: 16
  laws: [gdpr, tw-pdpa]
stored_in: [TW]
data:
  email: {label: {en: E-mail, zh-Hant: 電子郵件}, term: pd:EmailAddress, input: email, autocomplete: email}
  name: {label: {en: Name, zh-Hant: 姓名}, term: pd:Name, input: name, autocomplete: name}
  message: {label: {en: Message, zh-Hant: 訊息}, term: pd:Communication, input: multiline, max_length: 4000}
purposes:
  answer-you:
    label: {en: Answer you, zh-Hant: 回覆您}
    text: {en: We answer what you ask., zh-Hant: 我們回覆您的問題。}
    term: dpv:CommunicationForCustomerCare
    basis: legitimate-interest
    interest: {en: To answer whoever writes to us., zh-Hant: 回覆來信者。}
    retention: P1Y
  subscription:
    label: {en: Your subscription, zh-Hant: 您的訂閱}
    text: {en: We confirm your subscription and end it when you ask., zh-Hant: 我們確認您的訂閱，並依您的要求終止。}
    term: dpv:RequestedServiceProvision
    basis: contract
    retention: P2Y
  newsletter:
    label: {en: Newsletter, zh-Hant: 電子報}
    text: {en: We send you news about our products., zh-Hant: 我們寄送產品消息給您。}
    term: dpv:DirectMarketing
    basis: consent
    question: {en: May we send you news about our products?, zh-Hant: 我們可以寄送產品消息給您嗎？}
    separate: true
    retention: P2Y
collection:
  newsletter:
    title: {en: Newsletter, zh-Hant: 電子報}
    intro: {en: News about our products once a month., zh-Hant: 每月一次的產品消息。}
    required: {email: [subscription, newsletter]}
    choices: [newsletter]
    without: {en: Without an address we cannot send it., zh-Hant: 沒有電子郵件地址，我們無法寄送。}
    age: true
  enquiry:
    title: {en: Ask us, zh-Hant: 聯絡我們}
    intro: {en: Ask us anything., zh-Hant: 歡迎提問。}
    required: {email: [answer-you], message: [answer-you]}
    optional: {name: [answer-you]}
    without: {en: Without them we cannot answer., zh-Hant: 缺少這些資料，我們無法回覆。}
mail:
  confirmation: {class: service, purpose: subscription, text: {en: Confirm your subscription., zh-Hant: 請確認訂閱。}}
  news: {class: promotional, purpose: newsletter, text: {en: News about our products., zh-Hant: 產品消息。}}
recipients:
  mail-house:
    name: Example Mail House
    kind: processor
    country: US
    purposes: {newsletter: [email]}
    agreement: {kind: processing, signed: 2025-01-02, confidential: true}
transfers:
  US:
    safeguard: scc
    valid_from: 2025-01-02
    copy_at: {en: Ask privacy@example.com for a copy., zh-Hant: 請向 privacy@example.com 索取副本。}
never: [sell, rent, lease, automated-decisions]
rights:
  access: {en: See what we hold., zh-Hant: 查詢我們保有的資料。}
  copy: {en: Have a copy of it., zh-Hant: 取得複製本。}
  correct: {en: Have it corrected., zh-Hant: 要求更正。}
  erase: {en: Have it erased., zh-Hant: 要求刪除。}
  restrict: {en: Have it stored and not used., zh-Hant: 要求僅保存而不利用。}
  object: {en: Have us stop using it., zh-Hant: 要求停止利用。}
  portability: {en: Take it elsewhere., zh-Hant: 攜往他處。}
  withdraw: {en: Take back a consent., zh-Hant: 撤回同意。}
  complain: {en: Complain to an authority., zh-Hant: 向主管機關申訴。}
children:
  text: {en: Nobody under sixteen may register., zh-Hant: 未滿十六歲者不得註冊。}
changes: {notice: P30D, channels: [notice, mail]}
complaints:
  email: privacy@example.com
  post: 1 Example Road, Taipei 100, Taiwan
  answer_within: P30D
  authority: {name: Example Data Protection Authority, url: "https://authority.example", country: DE}
security:
  - {term: dpv:EncryptionInTransfer, text: {en: Encrypted on the way., zh-Hant: 傳輸時加密。}}
"""
_LOADED = loads(MINIMAL.encode())

# Sections that hold named entries; the others are one thing each.
NAMED = ("data", "purposes", "collection", "cookies", "mail", "recipients", "transfers", "supplements", "links")


def minimal() -> dict[str, Any]:
    """A fresh copy of the whole statement, plain, to be edited."""
    plain: dict[str, Any] = copy.deepcopy(_LOADED.plain)
    return plain


def load_plain(plain: dict[str, Any]) -> Loaded:
    """`plain` as the loader reads it from a file; one whose shape holds is not read as YAML, and so has no lines."""
    source = as_file(plain)
    read = json.loads(source, parse_float=str)
    try:
        return Loaded(Statement.model_validate(read), plain=read)
    except ValidationError:
        return loads(source)


def as_file(plain: dict[str, Any]) -> bytes:
    """`plain` as a file: JSON, which is YAML."""
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def findings(plain: dict[str, Any], *, today: date = TODAY) -> list[Finding]:
    """What `troth check` finds in `plain`."""
    return check(load_plain(plain), today=today)


def codes(plain: dict[str, Any], *, today: date = TODAY) -> list[str]:
    """The codes of what `troth check` finds in `plain`."""
    return [finding.code for finding in findings(plain, today=today)]


def with_entries(plain: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """`plain` with the sections of `changed`: named entries are put in one by one, other sections as a whole."""
    for section, value in changed.items():
        if section in NAMED:
            plain.setdefault(section, {}).update(value)
        else:
            plain[section] = value
    return plain
