"""The verbs of TwiML, one file each."""
