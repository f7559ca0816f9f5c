"""What people hear, as data: one file a language."""
