"""What a repository depends on, read from its manifests and lock files; nothing is resolved, built or installed."""
