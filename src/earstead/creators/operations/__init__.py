"""One typed method for each operation of the registry. Written by scripts/operations: change that."""

from earstead.creators.operations.account import Account
from earstead.creators.operations.community import Community
from earstead.creators.operations.episode_numbers import EpisodeNumbers
from earstead.creators.operations.episodes import Episodes
from earstead.creators.operations.show_audience import ShowAudience
from earstead.creators.operations.show_numbers import ShowNumbers
from earstead.creators.operations.shows import Shows


class Operations(Account, Shows, ShowNumbers, ShowAudience, Episodes, EpisodeNumbers, Community):
    """All operations. The box of an answer says how much of it is proven: Known, Part or Unknown."""


__all__ = ["Operations"]
