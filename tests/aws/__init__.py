"""Tests of the CloudFormation templates against a fake AWS account."""
