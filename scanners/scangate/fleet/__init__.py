"""Audits many repositories: each is fetched, scanned by a scangate of its own, and told in one roll-up; judges nothing."""
