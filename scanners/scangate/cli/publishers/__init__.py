"""The destinations of ``scangate publish``, one a file: options in, one call of `publish_once`."""
