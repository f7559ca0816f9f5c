"""Words sent to people by e-mail or text message: reminders, holes, requests."""
