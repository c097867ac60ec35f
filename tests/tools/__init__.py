"""Tests of the scanners that come with scangate, against the tools themselves."""
