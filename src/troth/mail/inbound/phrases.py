"""The words in which people ask, in English and Chinese: patterns over one sentence in lower case. Pure."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple


class Phrases(NamedTuple):
    """By right, what asks for it and what denies it; and what no sentence that asks for anything has."""

    rights: Mapping[str, re.Pattern[str]]
    denied: Mapping[str, re.Pattern[str]]
    not_meant: re.Pattern[str]


# Some write the simple signs; only those that the patterns below need.
SIMPLE: Final = str.maketrans(
    "订阅删资发邮电请个们关于数据号账户联络错误报广传销权为会这还么给讯复别记录变补档职称笔销毁话过",
    "訂閱刪資發郵電請個們關於數據號帳戶聯絡錯誤報廣傳銷權為會這還麼給訊複別記錄變補檔職稱筆銷毀話過",
)
_POLITE: Final = r"(please |pls |plz |請)?"
ALONE: Final = re.compile(
    rf"{_POLITE}(stop|stop all|stopall|unsubscribe|unsubscribe me|unsub|remove|remove me|opt ?out|cancel|end|quit"
    r"|停|停止|退訂|取消|取消訂閱|拒收|退出)( please| now| all| thanks?| thank you| ?謝謝| ?感謝)*"
)

_MAILS: Final = (
    r"(e-?mails?|mails?|newsletters?|messages?|spam|ads?|advert\w*|promotion\w*|promo\w*|marketing|offers?|mailings?"
    r"|subscriptions?|letters?|news|junk|stuff|notifications?)"
)
_MY: Final = r"(my|our)"
_HELD: Final = r"(data|information|info|details|accounts?|profiles?|records?|e-?mail address(es)?|personal data)"
_YOURS: Final = (
    r"you( guys)? ?(currently |still |actually |might |may )?(have|hold|keep|store|know|collect(ed)?|process"
    r"|got)"
)
_ABOUT: Final = r"(about|on|of|regarding|concerning|for) (me|us|myself)"
_PLACES: Final = (
    r"(e-?mail|address|name|surname|phone|telephone|mobile|number|data|details|information|info|company|job|title"
    r"|records?|profile|employer|city|country|postcode)"
)
_NOT: Final = r"(don't|never|not|no need to|didn't|doesn't|without|instead of|rather than|nor)\b (\w+ ){0,3}"

ENGLISH: Final = Phrases(
    rights={
        "stop-marketing": re.compile(
            rf"\bunsub(scrib\w*)?\b|\bopt(ing|ed)?[ -]?(me |us )?out\b"
            rf"|\b(take|remove|drop|strike|delete) (me|us|my (name|e-?mail|address|e-?mail address)) (off|from) "
            rf"(of )?(your|the|this|these|that|all|any)?\b.{{0,30}}\b(lists?|mailings?|newsletters?|subscri\w+)\b"
            rf"|\b(stop|quit|cease|end) (sending|e-?mailing|mailing|contacting|spamming|writing|bothering|messaging"
            rf"|pestering)\b"
            r"|\b(stop|end|cancel|discontinue|no more) (all |the |your |these |those |this |my |any |of |further |more "
            rf"|weekly |monthly |daily )*(\w+ )?{_MAILS}\b"
            rf"|\bdon't (ever |please )?(send|e-?mail|mail|contact|spam|write|message)( to)? (me|us|any)\b"
            rf"|\b(don't|no longer|doesn't|not) (want|wish|like|need|care)( to)?\b.{{0,40}}\b{_MAILS}\b"
            rf"|\bcancel (my|our|this|the) (\w+ )?(subscription|newsletter)"
            rf"|\b(withdraw|revoke) (my|our) consent\b|\bobject to (\w+ ){{0,8}}(marketing|advertising)\b"
            rf"|\bleave me alone\b"
        ),
        "erase": re.compile(
            rf"\b(delete|erase|remove|destroy|purge|wipe|forget|deletion of|erasure of|removal of|deleting|erasing) "
            rf"(\w+ ){{0,3}}?{_MY} (\w+ ){{0,3}}?{_HELD}\b"
            rf"|\b(delete|erase|remove|destroy|purge|wipe|forget) (everything|anything|all|whatever|any \w+|the"
            rf" \w+|what) "
            rf"(of )?(\w+ ){{0,4}}?(that )?({_YOURS}.{{0,20}})?{_ABOUT}\b"
            rf"|\b(delete|erase|remove|destroy|purge|wipe) (everything|all|whatever|what|the \w+|any \w+) (that"
            rf" )?{_YOURS}\b"
            rf"|\b(want|like|have|get|need|request) (\w+ ){{0,3}}?{_MY} (\w+ ){{0,3}}?{_HELD} (to be )?"
            rf"(deleted|erased|removed|destroyed|wiped)\b"
            rf"|\b{_MY} (\w+ ){{0,2}}?{_HELD} (should|must|has to|have to|to) be (deleted|erased|removed|destroyed)\b"
            rf"|\b(delete|erase|forget) me\b|\bright to (be forgotten|erasure)\b"
            rf"|\bremove me from (your|the|all|any) (\w+ )?(databases?|systems?|records?|files?)\b"
        ),
        "access": re.compile(
            rf"\b(what|which) (\w+ ){{0,3}}?(do|does|did|is it|have|that)? ?{_YOURS}( \w+){{0,2}} {_ABOUT}\b"
            rf"|\bwhat (\w+ ){{0,4}}?(is|are) (held|stored|kept|known|collected|saved)( \w+){{0,2}} {_ABOUT}\b"
            rf"|\b(which|what) (of )?{_MY} (\w+ )?(data|information|details) (do )?{_YOURS}"
            rf"|\b(copy|copies|export|download|printout|overview) of (all |everything |the |any )*(of )?{_MY}"
            rf" (\w+ )?{_HELD}"
            rf"|\b(copy|export|list|overview) of (all |everything |the |any |what )*(\w+ ){{0,3}}?(that )?{_YOURS}"
            rf"( \w+){{0,2}} {_ABOUT}\b"
            rf"|\b(send|give|show|tell|provide|let) (me|us)( see| have| know)? (\w+ ){{0,3}}?(all |everything "
            rf"|what |the )+"
            rf"(\w+ ){{0,4}}?{_YOURS}( \w+){{0,2}} {_ABOUT}\b"
            rf"|\b(send|give|show|provide) (me|us)( with)? (all |of )*{_MY} (personal )?(data|information|details"
            rf"|records)\b"
            rf"|\b(see|access|view|inspect|export|download) (to )?(all |of |any )*{_MY} (own )?(personal )?"
            rf"(data|information|details|records)\b|\baccess to (all )?{_MY} (personal )?(data|information)\b"
            rf"|\bsubject access\b|\bd?sar\b|\bright (of|to) access\b|\b(article|art\.?) ?15\b"
        ),
        "correct": re.compile(
            rf"\b(correct|change|update|amend|rectify|fix|edit|replace) (\w+ ){{0,4}}?{_MY} (\w+ ){{0,3}}?{_PLACES}\b"
            rf"|\b{_MY} (\w+ ){{0,3}}?{_PLACES} (is|are|was|were|has been)( \w+)? (wrong|incorrect|misspelled|misspelt"
            rf"|mistyped|outdated|out of date|old|not correct|not right|changed|spelled wrong\w*)\b"
            rf"|\b{_MY} (new|correct|right|current) (\w+ )?{_PLACES} is\b"
            rf"|\bi('ve| have)? (just |recently )?(moved house|moved to|changed my (name|address|phone|e-?mail"
            rf"|number))\b"
            rf"|\bright to rectification\b"
        ),
    },
    denied={
        "stop-marketing": re.compile(
            rf"\b{_NOT}(stop|unsub|opt|remove|cancel|take|withdraw|end)"
            r"|\bunsubscribed (by (mistake|accident)|accidentally)|\b(accidentally|mistakenly) (unsub|opted)"
            r"|\bre-?subscrib|\bsubscribe (me )?again\b|\b(stop|cancel) (my|the|our) (order|repair|service|delivery)\b"
        ),
        "erase": re.compile(
            rf"\b{_NOT}(delet|eras|remov|destroy|purg|wip|forget)"
            r"|\b(if|when|after|before|until|unless|whether|why|did|how long)\b.{0,40}\b(delet|eras|remov|destroy|wip)"
            r"|\bundelet|\bby (mistake|accident)\b|\baccidentally\b"
        ),
        "access": re.compile(rf"\b{_NOT}(send|give|show|tell|want|need|like|provide|copy|export|see|access|a copy)"),
        "correct": re.compile(rf"\b{_NOT}(correct|change|update|amend|rectif|fix|edit|replace)"),
    },
    not_meant=re.compile(
        r"\bto unsubscribe\b.{0,30}\b(click|visit|follow|go to|reply|press|use|from this)"
        r"|\b(click|tap|press|go|visit)\b.{0,25}\bto (unsubscribe|opt out|stop receiving)"
        r"|\bif you (\w+ ){0,4}(wish|want|prefer|like|no longer)\b.{0,40}(unsubscribe|opt out|receive)"
        r"|\byou (can|may) (unsubscribe|opt out)\b"
    ),
)

_ME: Final = r"(我|本人|自己)"
_DATA: Final = r"(資料|個資|資訊|數據|帳號|帳戶|紀錄|記錄|檔案|隱私資料)"
_SEND: Final = r"(寄|發|傳|推播|聯絡|打擾|騷擾|來信|通知)"
_PAPER: Final = r"(信|郵件|電郵|廣告|電子報|訊息|簡訊|通知|促銷|行銷|推銷|優惠|推播|email|e-mail|mail|edm)"
_GONE: Final = r"(刪除|刪掉|刪去|清除|移除|銷毀|抹除|去除)"
_PLACE: Final = (
    r"(資料|個資|姓名|名字|地址|住址|電話|手機|信箱|電子郵件|郵箱|公司|職稱|國家|email|e-mail|mail|通訊處|聯絡方式)"
)
_RIGHTED: Final = r"(更正|修正|修改|更改|變更|更新|改正|補充|訂正)"
_NEITHER: Final = r"(不要|不想|不用|不必|不需要|別|請勿|勿|沒有|沒|並未|尚未|從未|不是要|不是想|無意|不打算)"

CHINESE: Final = Phrases(
    rights={
        "stop-marketing": re.compile(
            rf"取消.{{0,6}}(訂閱|電子報|{_PAPER})|退訂|拒收|停止.{{0,4}}{_SEND}|停止.{{0,8}}{_PAPER}"
            rf"|(不要|別|請勿|勿|不用|不必|不需要|停止)再?(繼續)?(給我|向我|對我|跟我)?(一直)?再?{_SEND}"
            rf"|(不想|不願|不希望|不要|不需要|不用)(意)?(再|繼續)?(收到?|接到?|接收|看到).{{0,12}}{_PAPER}"
            rf"|不再(接收|收到|訂閱)|(名單|清單).{{0,6}}(移除|刪除|除名|拿掉)"
            rf"|(撤回|撤銷|收回).{{0,6}}同意|反對.{{0,6}}(行銷|廣告)"
        ),
        "erase": re.compile(
            rf"{_GONE}(所有|全部|一切)?(關於|有關)?{_ME}(的)?.{{0,6}}{_DATA}"
            rf"|{_ME}(的)?.{{0,8}}{_DATA}.{{0,8}}{_GONE}|{_GONE}.{{0,4}}(所有|全部|一切).{{0,6}}{_DATA}"
            rf"|{_GONE}(個人資料|個資|帳號|帳戶)|被遺忘權|(忘記|忘掉)我|{_GONE}權"
        ),
        "access": re.compile(
            rf"(有|持有|保存|保有|留有|留存|蒐集|收集|存|知道|掌握|握有)(了|著)?.{{0,4}}(關於|有關)?{_ME}(的)?"
            rf"(哪些|什麼|甚麼|那些|多少).{{0,6}}{_DATA}"
            rf"|(有|持有|保存|保有|蒐集|收集|存|知道|掌握)(了|著)?(哪些|什麼|甚麼|那些)(關於|有關|跟|和|與)?.{{0,2}}{_ME}?"
            rf"(有關)?(的)?.{{0,4}}{_DATA}"
            rf"|{_ME}(的)?(哪些|什麼|甚麼|那些).{{0,4}}{_DATA}"
            rf"|(查詢|閱覽|查閱|調閱|檢視|取得|索取|提供|複製|下載|匯出|給我|想看|看看|想知道|申請|要求).{{0,10}}{_ME}(的)?"
            rf".{{0,6}}(資料|個資|資訊|紀錄|記錄)|(個資|資料)(的)?(複製本|副本|複本)"
        ),
        "correct": re.compile(
            rf"{_RIGHTED}.{{0,4}}{_ME}(的)?.{{0,8}}{_PLACE}|{_RIGHTED}(個人)?{_PLACE}"
            rf"|{_ME}(的)?.{{0,6}}{_PLACE}.{{0,6}}(錯|有誤|不對|不正確|換了|改了|已變更|變了|{_RIGHTED})"
        ),
    },
    denied={
        "stop-marketing": re.compile(
            rf"{_NEITHER}.{{0,3}}(取消|退訂|停止|拒收|把我)|(誤|不小心).{{0,4}}(取消|退訂)|為(什麼|何).{{0,6}}(取消|退訂|停止)"
            r"|(重新|恢復|再次)訂閱|取消.{0,4}(訂單|預約)"
        ),
        "erase": re.compile(
            rf"{_NEITHER}.{{0,6}}{_GONE}|(如果|若|要是|何時|什麼時候|為什麼|為何|是否|有沒有|已經?|誤|不小心|多久).{{0,12}}"
            rf"({_GONE}|刪)|名單.{{0,6}}{_GONE}"
        ),
        "access": re.compile(rf"{_NEITHER}.{{0,4}}(查詢|閱覽|提供|複製|給我|索取|申請|看)"),
        "correct": re.compile(rf"{_NEITHER}.{{0,4}}{_RIGHTED}"),
    },
    not_meant=re.compile(
        r"(如|若|如果|如需|如欲|若要|若欲|若您|如您).{0,12}(取消訂閱|退訂|停止).{0,12}(請|點|按|回覆)"
    ),
)
