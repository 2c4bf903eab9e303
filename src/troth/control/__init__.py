"""The person's own pages (the clauses ``rights``): who is signed in sees what is held of them, and steers it.

A person proves who they are: with a code that is sent to their address, a passkey, or a password. Nobody needs an
account for that; an address that something was given with is enough. Nothing here tells anybody else whether an address
is known.
"""
