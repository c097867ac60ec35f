"""Use cases: scan, re-evaluate, baseline, shard and merge, fleet; shared by the command line and by Python callers."""
