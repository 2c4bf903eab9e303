"""The person's own pages, by subject."""
