"""The only decision point: may this purpose use this now? It alone opens the vault (the clauses ``purpose`` and below).

A question comes in: person, purpose, fields, and recipient and country if it is to leave. The statement, what the
person said, and the day decide it, field by field; each refusal names its clause. Plaintext leaves only through
:mod:`troth.use.actions`, and every opening is counted in the ledger. Unknown anything is no.
"""
