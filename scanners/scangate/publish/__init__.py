"""Sends a verdict to where it is needed, one destination a file; never changes it, and is asked for or does nothing."""
