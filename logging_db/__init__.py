"""The record book: every table, its sessions, its migrations, its retention."""
