"""Follows request data through the functions and files of a Python project, by the sources, sanitizers and sinks of our rules."""
