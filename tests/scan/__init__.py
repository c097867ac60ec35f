"""Tests of what states facts: targets, processes, snapshot, redaction, identity, the engine."""
