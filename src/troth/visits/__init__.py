"""Visits: what is counted of those who look around, apart from people."""
