"""Runs the buildspecs we hand out the way CodeBuild would, without CodeBuild."""
