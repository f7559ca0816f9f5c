"""Editing the roster: what may be changed, how, and how it is taken back."""
