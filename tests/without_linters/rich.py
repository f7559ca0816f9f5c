"""Hides a package that comes with the linters alone: structlog would load it, 4 MB a process."""

raise ImportError("rich is no part of the product")
