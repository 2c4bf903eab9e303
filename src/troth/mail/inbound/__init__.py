"""Mail that comes in (the clauses ``mail`` and ``complaints``): letters to the privacy address, bounces and complaints.

Here a mail is taken in, by LMTP, SMTP or IMAP, and read within bounds: who it says it is from, what it asks for,
whether a machine sent it, whether it tells of another mail that came back. What becomes of it is decided above this
room, by whoever is handed what was read.
"""
