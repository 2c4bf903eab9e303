"""troth: a privacy statement that keeps itself.

One declaration generates the page people read and is asked at every door through which personal data
comes in, is used or leaves. ``ARCHITECTURE.md`` walks through the rooms.
"""

__version__ = "0.1.0"
