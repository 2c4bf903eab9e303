"""Tests beside the furniture of mail."""
