"""What a person chose, when, and what they had been shown (GDPR Art. 7(1); the clauses ``consent``).

A submission's agreement and each separate choice come in, bound to the digest of the statement and of the
wording; receipts leave, shaped as ISO/IEC TS 27560 with DPV terms. Rows are only ever added: a later
choice stands beside the earlier one.
"""
