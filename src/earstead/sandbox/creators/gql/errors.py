"""The words in which the service says that something went wrong; the envelope around them was never recorded."""

from __future__ import annotations

from typing import Final

from graphql import GraphQLError

NOT_FOUND: Final = {
    "message": "PersistedQueryNotFound",
    "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND", "classification": "ValidationError"},
}
"""What an unknown hash is told, and a query written out where only hashes are taken."""


def refused(why: str) -> GraphQLError:
    """A field whose backend refuses: it is null in the answer."""
    return GraphQLError(why, extensions={"classification": "DataFetchingException"})


def unfinished(why: str) -> GraphQLError:
    """A field of analytics that could not be computed: null, as is usual for what is not yet published."""
    return GraphQLError(why, extensions={"classification": "RpcMethodExecutionException"})


def invalid(why: str) -> dict[str, object]:
    """An error of a request that is not understood."""
    return {"message": why, "extensions": {"classification": "ValidationError"}}
