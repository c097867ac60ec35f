"""What a repository depends on, and what is known of it: the readers of manifests and lock files, and the local advisory store."""
