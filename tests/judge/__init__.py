"""Tests of the policy and the gate."""
