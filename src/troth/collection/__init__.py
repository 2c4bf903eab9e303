"""Where information comes in (the clauses ``collection.POINT``; GDPR Art. 5(1)(c), 13, 25).

What a person typed comes in through a page, an embedded form or the API, and all three end in one action:
what the statement does not declare is refused with a name and leaves no trace, what it declares is sealed,
bound to what was shown, and entered in the ledger. The receipt's address leaves.
"""
