"""The provider's side of the line, for the demo and the tests."""
