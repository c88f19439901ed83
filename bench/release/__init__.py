"""Releases: packed, derived again, verified, reproduced."""
