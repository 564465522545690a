"""What a resolver may look at while one request is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLResolveInfo

from earstead.sandbox.creators.facts import Facts
from earstead.sandbox.creators.gql.heard import Heard
from earstead.sandbox.creators.gql.insights import Insights
from earstead.sandbox.creators.gql.talk import Talk
from earstead.sandbox.creators.world import Episode, Show

if TYPE_CHECKING:
    from earstead.sandbox.creators.service import Service


Info: TypeAlias = GraphQLResolveInfo[Any]
"""What the executor hands to a resolver beside the object and the arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who asks, and what there is.

    Attributes:
        owner: the name of the account whose bearer came along.
        operation: the name of a persisted operation; "" for free text.
        origin: scheme and host at which the simulator was reached.
    """

    service: Service
    talk: Talk
    insights: Insights
    heard: Heard
    owner: str
    operation: str
    origin: str

    @property
    def facts(self) -> Facts:
        """What was heard when."""
        return self.service.facts

    def show(self, uri: str) -> Show | None:
        """A show of the one who asks, by its URI."""
        found = self.service.world.show(uri) if uri.startswith("spotify:show:") else None
        return found if found and found.owner == self.owner else None

    def episode(self, uri: str) -> Episode | None:
        """An episode of the one who asks, by its URI."""
        found = self.service.world.episode(uri) if uri.startswith("spotify:episode:") else None
        return found if found and found.show.owner == self.owner else None


def of(info: Info) -> Context:
    """The context of the request that is being answered."""
    context: Any = info.context
    assert isinstance(context, Context)
    return context
