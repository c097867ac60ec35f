"""Tests of scangate/secrets/detectors."""
