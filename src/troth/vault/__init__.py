"""What we hold, sealed per person (GDPR Art. 32; the clauses ``security``).

Values come in as bytes with the field they belong to and leave only through :mod:`troth.vault.opening`,
which `use` alone may import. Each person's key lives in a database of its own, wrapped; destroying it is
erasure. People are found by a keyed index of their address, never by reading it.
"""
