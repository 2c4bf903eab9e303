"""What is kept in a visitor's browser: the register of it, the choice about it, and the signal that browsers send.

Nothing that the statement does not declare is set, and what needs a yes is set after it (P01, P10, P35 to P37). A
choice is kept under a random reference, with an entry in the ledger, and is nobody's until somebody asks for it to be.
"""
