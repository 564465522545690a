"""A carrier without a network: whoever it is sent to takes everything."""

from __future__ import annotations

from collections.abc import Sequence

from earstead.core.errors import Refused
from earstead.core.listen import Submission
from earstead.services.relays.types import Account, Delivery, Target
from earstead.services.views import ListenRow


class Taker:
    """Takes all but the first `refuse` listens; `taken` holds what it took."""

    def __init__(self) -> None:
        self.refuse = 0
        self.taken: list[ListenRow] = []

    def most(self, target: Target) -> int:
        return 50

    def deliver(self, target: Target, listens: Sequence[ListenRow]) -> Delivery:
        if self.refuse and len(listens) > 1:
            raise Refused("taker", "one of them is bad")
        refused = "bad" if self.refuse else ""
        self.refuse = 0
        self.taken += [] if refused else listens
        return Delivery(refused=(refused,) * len(listens))

    def playing(self, target: Target, submission: Submission) -> None:
        pass

    def account(self, target: Target) -> Account:
        return Account(name="somebody", mark="a mark")

    def ask(self, target: Target) -> str:
        return "token"

    def approval_page(self, target: Target) -> str:
        return f"{target.page}?token={target.secrets.pending}"

    def approved(self, target: Target) -> Account | None:
        return Account(name="somebody", session="session")

    def log_in(self, target: Target, name: str, password: str) -> Account:
        return Account(name=name, session="session")

    def close(self) -> None:
        pass
