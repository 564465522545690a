"""Errors of this API by their number."""

from __future__ import annotations


class Fault(Exception):
    """An error that is answered with its number.

    Args:
        code: number of the error list (spec section 3.1).
        message: what the caller reads; never empty. "" takes the usual text of the number.
        status: HTTP status; 0 takes the usual one of the number.
    """

    def __init__(self, code: int, message: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
