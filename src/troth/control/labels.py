"""What pages call rights, states, reasons, laws and doors."""

from typing import Final

from django.utils.translation import gettext_lazy as _

RIGHTS: Final = {
    "access": _("To see what is held of me"),
    "copy": _("To have a copy"),
    "correct": _("To have something corrected"),
    "erase": _("To have my information erased"),
    "restrict": _("To have it kept and not used"),
    "object": _("To object to a use"),
    "portability": _("To take my information with me"),
    "withdraw": _("To take a yes back"),
    "complain": _("To complain"),
    "stop-marketing": _("To get no more advertising"),
    "question": _("To ask a question"),
}
STATES: Final = {
    "open": _("Waits for its answer"),
    "extended": _("Takes longer"),
    "done": _("Done"),
    "refused": _("Refused"),
}
REASONS: Final = {
    "complex": _("It is not simple."),
    "many": _("So much was asked for at once."),
    "unfounded": _("There is nothing in it that the law gives a right to."),
    "excessive": _("The same was asked for again and again."),
    "not-identified": _("It could not be established who asks."),
    "obliged": _("The law obliges us to keep it."),
    "not-ours": _("It is not ours to decide."),
    "nothing-held": _("Nothing is held any more."),
}
LAWS: Final = {
    "gdpr": _("the GDPR"),
    "tw-pdpa": _("Taiwan's Personal Data Protection Act"),
    "ca-ccpa": _("California's Consumer Privacy Act"),
    "statement": _("our privacy statement"),
}
DOORS: Final = {
    "page": _("on this page"),
    "api": _("through a program"),
    "staff": _("taken in by our staff"),
    "mail": _("by a mail with your address"),
}
ALL: Final = {"right": RIGHTS, "state": STATES, "reason": REASONS, "law": LAWS, "door": DOORS}
