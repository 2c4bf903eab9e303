"""Releases: statistics that leave the house, so that nobody is found in them (P33).

Counts come in. A table leaves in which no small number stands, and none can be worked out from it and the tables that
left before; or one with noise, within a year's budget. Each stands in the ledger, and is the same whenever it is asked
for again.
"""
