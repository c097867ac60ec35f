"""Tests of scangate/secrets."""
