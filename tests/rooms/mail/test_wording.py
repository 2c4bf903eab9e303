"""What people write, and what is understood of it. Where it is not plain, nothing is: people read it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.mail.inbound.wording import language, own_words, wanted

STOP, ERASE, ACCESS, CORRECT = "stop-marketing", "erase", "access", "correct"
# What asks for something: subject, text.
ASKS = [
    (STOP, "", "STOP"),
    (STOP, "", "Stop.\nSent from my iPhone"),
    (STOP, "unsubscribe", ""),
    (STOP, "Unsubscribe", "-- \nLin Mei-Hua\nExample Ltd."),
    (STOP, "", "Please unsubscribe me."),
    (STOP, "", "pls unsub"),
    (STOP, "", "remove me"),
    (STOP, "", "I'd like to opt out"),
    (STOP, "", "Opt-out please!"),
    (STOP, "", "I don't want to receive your newsletter any more."),
    (STOP, "", "I do not wish to get these e-mails"),
    (STOP, "", "do not email me"),
    (STOP, "", "dont send me any more mails"),
    (STOP, "", "Don’t contact me again."),
    (STOP, "", "STOP EMAILING ME!!!"),
    (STOP, "", "Please stop sending\nme advertising"),
    (STOP, "", "No more newsletters please"),
    (STOP, "", "I can't unsubscribe, the unsubscribe link does not work"),
    (STOP, "", "I already unsubscribed but still get your mails"),
    (STOP, "", "Take me off your mailing list"),
    (STOP, "", "please remove my email from this list, thanks"),
    (STOP, "", "Cancel my subscription."),
    (STOP, "", "I withdraw my consent to advertising."),
    (STOP, "", "I object to the use of my data for direct marketing"),
    (STOP, "", "> some quotation\nStop"),
    (STOP, "", "取消訂閱"),
    (STOP, "", "退訂，謝謝。"),
    (STOP, "", "請不要再寄廣告信給我"),
    (STOP, "", "我不想再收到貴公司的電子報"),
    (STOP, "", "無法取消訂閱，請幫忙"),
    (STOP, "", "請將我從名單中移除"),
    (STOP, "", "請停止寄送行銷郵件"),
    (STOP, "", "別再寄了"),
    (STOP, "", "拒收廣告"),
    (STOP, "", "我要撤回同意"),
    (STOP, "", "退订"),
    (STOP, "", "别再发邮件给我了"),
    (STOP, "", "ｕｎｓｕｂｓｃｒｉｂｅ"),
    (ERASE, "", "Please delete my data."),
    (ERASE, "", "Delete all my personal data and unsubscribe me"),
    (ERASE, "", "I want my account to be deleted."),
    (ERASE, "", "erase everything you have about me"),
    (ERASE, "", "delete everything you have on me please"),
    (ERASE, "", "Delete whatever you hold about me"),
    (ERASE, "", "remove me from your database"),
    (ERASE, "", "I request the deletion of my personal data under Article 17"),
    (ERASE, "", "I invoke my right to be forgotten."),
    (ERASE, "Delete my account", "Thank you."),
    (ERASE, "", "My data must be erased."),
    (ERASE, "", "forget me"),
    (ERASE, "", "請刪除我的個人資料"),
    (ERASE, "", "請把我的資料全部刪除"),
    (ERASE, "", "我要刪除帳號"),
    (ERASE, "", "麻煩刪除所有關於我的資料，謝謝"),
    (ERASE, "", "我要行使被遺忘權"),
    (ERASE, "", "删除我的账号"),
    (ACCESS, "", "What do you have about me?"),
    (ACCESS, "", "what data do you hold on me"),
    (ACCESS, "", "Which personal information do you store about me?"),
    (ACCESS, "", "What personal information is stored about me?"),
    (ACCESS, "", "Please send me a copy of all my personal data."),
    (ACCESS, "Subject access request", ""),
    (ACCESS, "", "I would like to see my data"),
    (ACCESS, "", "Tell me what information you have about me."),
    (ACCESS, "", "Under Article 15 I ask for access."),
    (ACCESS, "", "I want to export my data"),
    (ACCESS, "", "你們有我的哪些資料？"),
    (ACCESS, "", "貴公司蒐集了哪些我的個資"),
    (ACCESS, "", "我想查詢我的個人資料"),
    (ACCESS, "", "請給我一份個人資料的複製本"),
    (ACCESS, "", "请提供我的个人资料副本"),
    (ACCESS, "", "你们有什么关于我的资料"),
    (CORRECT, "", "Please correct my address: it is 2 Example Road"),
    (CORRECT, "", "My name is misspelled. It's Lin."),
    (CORRECT, "", "my phone number is wrong"),
    (CORRECT, "", "I moved to Taichung; my new address is 1 Road"),
    (CORRECT, "", "Could you update my company name?"),
    (CORRECT, "", "請更正我的地址"),
    (CORRECT, "", "我的電話打錯了"),
    (CORRECT, "", "我想修改聯絡方式"),
    (CORRECT, "", "更新联络方式：我的手机换了"),
]
# What asks for nothing of it, however much it sounds so.
ASKS_NOT = [
    ("", "Please don't unsubscribe me!"),
    ("", "Don't stop sending the newsletter, I like it."),
    ("", "Never stop sending me these mails, please"),
    ("", "I was unsubscribed by mistake"),
    ("", "I did not unsubscribe, why is there no newsletter?"),
    ("", "I want to subscribe again after I unsubscribed"),
    ("", "My NAS will not stop beeping."),
    ("", "The ordering page stops at step 2"),
    ("", "Stop by our booth at the fair!"),
    ("", "Please cancel my order."),
    ("Re: How to stop ransomware", "Interesting, thanks"),
    ("Fwd: Unsubscribe", "What is this?"),
    (
        "",
        "Thanks!\n\nOn Mon, 3 Nov 2026 at 10:00, Infortrend <news@x.com> wrote:\n> unsubscribe here\n> delete my data",
    ),
    ("", "Thanks!\n\nOn Mon, 3 Nov 2026 at 10:00, Infortrend\n<news@x.com> wrote:\nunsubscribe"),
    ("", "Hi\n-----Original Message-----\nPlease delete my data"),
    ("", "Hi\n\nFrom: News <a@b.c>\nSent: Monday\n\nunsubscribe"),
    ("", "See below.\n\nBegin forwarded message:\n\nStop"),
    ("", "Hello\n-- \nunsubscribe\nLin"),
    ("", "Hello\n\nTo unsubscribe from this group click here."),
    ("", "Hello\n\nIf you no longer wish to receive our mails, click to unsubscribe."),
    ("", "Please don't delete my data!"),
    ("", "When will you delete my data?"),
    ("", "If you delete my data, does my warranty end?"),
    ("", "I accidentally deleted my account."),
    ("", "How long does it take until you delete my data?"),
    ("", "I don't need a copy of my data."),
    ("", "What do you have about RAID 6 in your handbook?"),
    ("", "Is this correct?"),
    ("", "Please don't change my address."),
    ("", "How do I reset the controller?"),
    ("", ""),
    ("", "請不要取消訂閱，我很喜歡"),
    ("", "請不要停止寄送電子報"),
    ("", "我沒有退訂，為什麼收不到"),
    ("", "我想重新訂閱"),
    ("", "若要取消訂閱，請按這裡"),
    ("", "請勿刪除我的資料"),
    ("", "什麼時候會刪除我的資料？"),
    ("", "如果刪除我的資料，保固還有效嗎？"),
    ("", "我不小心刪除了我的帳號"),
    ("", "請問這台機器支援 RAID 6 嗎"),
    ("", "謝謝\n\n於 2026年11月3日 週二 上午10:00 Infortrend <a@b.c> 寫道：\n> 取消訂閱"),
    ("回覆: 取消訂閱電子報的方法", "收到，謝謝"),
    ("", "您好\n寄件者: 電子報 <a@b.c>\n取消訂閱"),
]


@pytest.mark.parametrize(("right", "subject", "text"), ASKS)
def test_what_asks(right: str, subject: str, text: str) -> None:
    """Plain words, in English and Chinese, are understood."""
    assert wanted(subject, text).rights == (right,)


@pytest.mark.parametrize(("subject", "text"), ASKS_NOT)
def test_what_does_not_ask(subject: str, text: str) -> None:
    """A denial, a question, what others said, and what only sounds like it, asks for nothing."""
    assert wanted(subject, text).rights == ()


def test_two_rights_in_one_mail() -> None:
    """Who asks for two things is understood to ask for both; who is erased gets no more mail anyway."""
    assert wanted("", "Send me a copy of my data and then delete my data.").rights == (ERASE, ACCESS)
    assert wanted("Unsubscribe", "And delete my account, please.").rights == (ERASE,)


def test_certain_is_what_says_nothing_else() -> None:
    """What vouched-for mails do at once has to be all that they say."""
    assert wanted("", "Stop").certain
    assert not wanted(
        "", "Stop sending me ads. " + "The other day I bought a machine of yours, and it hums. " * 5
    ).certain
    assert not wanted("", "Stop. And what do you have about me?").certain


def test_the_language_to_answer_in() -> None:
    """A mail is answered in its own language; a quotation does not count."""
    assert language("請刪除我的資料 thanks") == "zh-Hant"
    assert language("Please delete my data\n> 謝謝您的來信，我們已經收到了") == "en"
    assert language("") == "en"
    assert own_words("a\n> b\nc") == "a\nc"


@given(st.text(max_size=400), st.text(max_size=2000))
def test_whatever_is_written(subject: str, text: str) -> None:
    """No text breaks it."""
    wanted(subject, text)
    language(text)


@pytest.mark.parametrize(
    "piece", ["don't ", "my ", "stop all ", "a", "我的", "資料", "delete all of ", "( ", "on ", "@<", "-- "]
)
def test_long_texts_take_no_longer_than_they_are(piece: str) -> None:
    """No pattern goes back and forth over a text."""
    begun = time.process_time()
    wanted(piece * 200, piece * 10_000)
    assert time.process_time() - begun < 5
