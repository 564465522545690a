"""Reading what people type: capped, decoded once, and every value a plain string."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl
from zoneinfo import available_timezones

from starlette.requests import Request

from earstead.core.errors import AppError, Rejected

MAX_FORM_BYTES = 64 * 1024
MAX_FORM_FIELDS = 1000


class Form:
    """The fields of a submitted form. Missing fields read as ""; texts are trimmed except passwords."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def text(self, name: str) -> str:
        """The value of a field without white space around it, "" when it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """The value exactly as sent (passwords may begin with a blank), "" when it was not sent."""
        return next((value for key, value in self._pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be ticked several times."""
        return tuple(value for key, value in self._pairs if key == name)

    def number(self, name: str) -> int:
        """A whole number of at most 19 digits. Raises Rejected when it is none."""
        return whole(name, self.text(name))

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of the given words. Raises Rejected for anything else."""
        value = self.text(name)
        if value not in allowed:
            raise Rejected(name, f"choose one of {', '.join(allowed)}")
        return value

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every field as it was sent, in order: what a page repeats that asks once more before it acts."""
        return tuple(self._pairs)

    def values(self) -> dict[str, str]:
        """What to fill a form with that is shown again; without anything secret."""
        return {key: value for key, value in self._pairs if "password" not in key}


def whole(name: str, value: str) -> int:
    """`value` as a number >= 0 that fits a signed 64-bit column. Raises Rejected."""
    if not (value.isascii() and value.isdigit() and len(value) < 20) or int(value) >= 1 << 63:
        raise Rejected(name, "a number was expected here")
    return int(value)


def query(request: Request) -> Form:
    """The fields of the address, read like those of a form."""
    return Form(list(request.query_params.multi_items()))


async def read_form(request: Request) -> Form:
    """Read an ordinary (urlencoded) form of at most `MAX_FORM_BYTES`. Raises Rejected."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() not in (
        "application/x-www-form-urlencoded",
        "",
    ):
        raise Rejected("", "this form was sent in a way that is not understood here")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Rejected("", f"the form is larger than {MAX_FORM_BYTES // 1024} kB")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except (UnicodeDecodeError, ValueError) as fault:
        raise Rejected("", "the form could not be read") from fault
    return Form(pairs)


@cache
def zones() -> tuple[str, ...]:
    """The IANA zones a person may live in, for a select list: "Area/City" names and UTC."""
    left_out = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return ("UTC", *sorted(z for z in available_timezones() if "/" in z and not z.startswith(left_out)))


def known_zone(name: str) -> str:
    """`name` when it is a zone one can choose. Raises Rejected."""
    if name not in available_timezones():
        raise Rejected("zone", f"“{name[:60]}” is not a time zone; choose one of the list")
    return name


def fault_of(fault: AppError | None) -> Mapping[str, str]:
    """A refused form as templates draw it: `field` it belongs to ("" for the whole form), `why` it was refused.

    Both are "" for a form that was not refused, so that templates need not ask.
    """
    if fault is None:
        return {"field": "", "why": ""}
    if isinstance(fault, Rejected):
        return {"field": fault.field, "why": sentence(fault.why)}
    return {"field": "", "why": sentence(str(fault))}


def sentence(text: str) -> str:
    """A message as a sentence: its first letter raised, but not that of an address; a full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    address = "." in text.split(maxsplit=1)[0].rstrip(".,:;!?")
    return (text if address else text[0].upper() + text[1:]) + ("" if text[-1] in ".!?" else ".")
