"""Tests of scangate/secrets/contexts."""
