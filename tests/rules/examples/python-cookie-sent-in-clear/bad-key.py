"""A session cookie that scripts can read, by the name of the argument."""

from fastapi import Response


def login(response: Response) -> None:
    response.set_cookie(key="token", value="x", secure=True, httponly=False)  # expect: python-cookie-sent-in-clear
