"""Discovers files, runs scanners, caches, redacts and identifies findings; it judges nothing and prints nothing."""
