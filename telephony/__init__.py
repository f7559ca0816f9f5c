"""The provider's edge: webhooks in, TwiML out, calls placed."""
