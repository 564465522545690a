"""Private, unlisted, public: the words for the choice, wherever it is offered."""

from __future__ import annotations

from dataclasses import dataclass

from earstead.web.forms import Form


@dataclass(frozen=True, slots=True)
class Choice:
    """One visibility with what follows from it."""

    value: str
    title: str
    means: str
    apps: str


CHOICES = (
    Choice(
        "private",
        "Private",
        "Only you see your listening, signed in or with your own token. For everybody else you do not exist.",
        "Scrobblers work. Widgets and dashboards that ask by name, without a token, get nothing.",
    ),
    Choice(
        "unlisted",
        "Unlisted",
        "Whoever knows your name can open your pages. You appear in no search, no list and no server-wide figure.",
        "Widgets and dashboards that ask by name work.",
    ),
    Choice(
        "public",
        "Public",
        "Anybody can open your pages, find you by search, and see you in lists and server-wide figures.",
        "Everything works that asks by name.",
    ),
)
VISIBILITIES = tuple(choice.value for choice in CHOICES)


def chosen_visibility(form: Form) -> str:
    """The visibility a form holds. Raises Rejected."""
    return form.choice("visibility", VISIBILITIES)
