"""The publishers, each against the small AWS of the tests."""
