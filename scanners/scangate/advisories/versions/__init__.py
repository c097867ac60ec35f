"""Orders the versions of each ecosystem other than PyPI as its own tool does; one module per order."""
