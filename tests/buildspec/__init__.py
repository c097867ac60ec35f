"""Tests of the buildspec snippets, run as CodeBuild would."""
