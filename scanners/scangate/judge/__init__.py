"""Policy, baseline, correlation and evaluation: makes the verdict. Pure: no clock, and no input beyond the policy's own files."""
