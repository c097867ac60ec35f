"""Rules on the structure of a YAML or JSON document: what they are made of (`pack`), and what they find (`checking`).

semgrep compares text, so it cannot follow a parameter to its default, a condition to its two values, or notice what is missing.
These rules are in the rule pack with the others, with ``mode: document`` instead of patterns.
"""
