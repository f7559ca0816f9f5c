"""Alembic migrations of the record book."""
