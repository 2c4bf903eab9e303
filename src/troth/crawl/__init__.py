"""What a site really does on a visitor's device, held against its statement (the clauses ``cookies``; ePrivacy 5(3)).

In comes the address of any site and a statement; a real browser visits it before a choice, after a refusal, after a
yes, and with the signal of Global Privacy Control. Out come findings. The room knows the statement and nothing else:
it is a visitor, and sees what visitors see.
"""
