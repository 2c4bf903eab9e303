"""Stands in front of Python's path for servers whose clock is wrong; :mod:`tests.support.clocks` puts it there."""
