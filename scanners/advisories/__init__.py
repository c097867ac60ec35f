"""What is known about the dependencies of a tree: the local advisory store, and the readers of manifests and lock files."""
