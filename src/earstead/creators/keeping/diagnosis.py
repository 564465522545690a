"""What errors and the doctor say of an account, in the words of the services."""

from __future__ import annotations

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.creators.client import Creators
from earstead.creators.doctor import cause_of
from earstead.creators.errors import Missing
from earstead.services.creators.write_types import Cause, Health, HealthCheck

_ABOUT_A_WISH = (Rejected, NotFound, Conflict, Missing)


def trouble(fault: AppError) -> Cause:
    """The cause of an error; "" for one that says something about a wish and nothing about the account."""
    return "" if isinstance(fault, _ABOUT_A_WISH) else cause_of(fault)


def diagnosed(client: Creators, account_id: int) -> Health:
    """Let the client's doctor look at its account. Reads only."""
    found = client.doctor()
    return Health(
        account_id=account_id,
        state=found.state,
        cause=found.cause if found.state != "ok" else "",
        words=found.words,
        mend=found.mend,
        cookie_age_days=0,
        last_ok=0,
        checks=tuple(
            HealthCheck(name=one.name, state=one.state, words=one.words, mend=one.mend) for one in found.checks
        ),
    )
