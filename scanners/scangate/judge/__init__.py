"""Decides: policy and gate. Pure: no clock, and no input beyond the policy's own files."""
