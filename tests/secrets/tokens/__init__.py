"""Tests of `scangate.secrets.tokens`."""
