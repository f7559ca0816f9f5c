"""The commands of the command line, one a module; each module holds a `command`."""
