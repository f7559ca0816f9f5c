"""Ringing people back: consent, due times, attempts, giving up."""
