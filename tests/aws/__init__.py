"""A small AWS for tests: one server on the loopback that checks every call against botocore's own models, then answers it."""
