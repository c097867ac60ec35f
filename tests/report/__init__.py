"""Tests of the reports; the strategies make reports for any test that needs one."""
