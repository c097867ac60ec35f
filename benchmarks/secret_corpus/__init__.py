"""Labelled corpora for measuring how secrets are found: generated from a seed; no value is in this repository."""
