"""Content types: what a file is, which analyses it calls for, and the pieces in it that have a content type of their own."""
