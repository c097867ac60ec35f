"""A tool that does one thing."""

from langchain_core.tools import tool


@tool
def add(first: int, second: int) -> int:
    """The sum of two numbers."""
    return first + second
