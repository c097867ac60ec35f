"""scangate: a security gate for AWS CodeBuild, pre-commit and the shell."""

__version__ = "0.1.0"
