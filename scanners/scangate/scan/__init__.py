"""States facts: what was read, what was seen, what could not be read. It judges nothing and prints nothing."""
