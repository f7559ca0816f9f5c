"""The front door: settings, wiring, application, command line, worker."""
