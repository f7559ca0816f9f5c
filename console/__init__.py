"""People’s screens: log-in, the roster, the front page. Knows nothing of the provider."""
