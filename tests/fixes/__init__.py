"""Tests of the changes that fix a finding."""
