"""What a show is and has.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.creators.answers import Unknown
from earstead.creators.operations.base import Calls, Days, show_uri_of, windowed


class Shows(Calls):
    """What a show is and has."""

    def get_show_data(self, show: str) -> Unknown:
        """Facts about a show, for the head of its pages.

        `getShowData`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("getShowData", showUri=show_uri_of(show)))

    def get_show_metadata(self, show: str) -> Unknown:
        """Facts about a show together with its plays of all time.

        `getShowMetadata`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("getShowMetadata", showUri=show_uri_of(show)))

    def web_get_show_type_by_uri(self, show: str) -> Unknown:
        """Whether a show is a podcast, an audiobook or something else.

        `WebGetShowTypeByUri`. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("WebGetShowTypeByUri", showUri=show_uri_of(show)))

    def get_show_clips(self, show: str, *, page_size: int = 1000) -> Unknown:
        """The short clips of a show.

        `getShowClips`. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("getShowClips", showUri=show_uri_of(show), pageSize=page_size))

    def web_get_monetization_lifecycle_state(self, show: str) -> Unknown:
        """How far a hosted show has come with earning money.

        `WebGetMonetizationLifecycleState`. Unknown: what came is kept, unread. Fails for shows that are hosted
        elsewhere.
        """
        return Unknown(self._read("WebGetMonetizationLifecycleState", showUri=show_uri_of(show)))

    def get_published_episode_count(self, show: str) -> Unknown:
        """How many episodes of a show are published.

        `getPublishedEpisodeCount`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("getPublishedEpisodeCount", showUri=show_uri_of(show)))

    def has_video_episodes(self, show: str) -> Unknown:
        """Whether a show has an episode with video.

        `hasVideoEpisodes`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("hasVideoEpisodes", showUri=show_uri_of(show)))

    def get_show_header_stats(self, show: str) -> Unknown:
        """Plays and followers for the head of the analytics pages.

        `getShowHeaderStats`. Also used to see whether a bearer works. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("getShowHeaderStats", showUri=show_uri_of(show)))

    def get_show_chapters_opt_in(self, show: str) -> Unknown:
        """Whether a show wants chapters made for it.

        `getShowChaptersOptIn`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getShowChaptersOptIn", showUri=show_uri_of(show)))

    def get_show_previews_opt_in(self, show: str) -> Unknown:
        """Whether a show wants previews made for it.

        `getShowPreviewsOptIn`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getShowPreviewsOptIn", showUri=show_uri_of(show)))

    def get_show_transcripts_opt_in(self, show: str) -> Unknown:
        """Whether a show wants transcripts made for it.

        `getShowTranscriptsOptIn`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getShowTranscriptsOptIn", showUri=show_uri_of(show)))

    def get_show_smartlinks_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """How often the smart links of a show were followed.

        `getShowSmartlinksStats`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(
            self._read(
                "getShowSmartlinksStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
            )
        )

    def get_everboarding_modal(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Which hint window the dashboard should open.

        `getEverboardingModal`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getEverboardingModal", **(variables or {})))

    def get_feature_eligibility(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Which features the show or the user may use.

        `getFeatureEligibility`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getFeatureEligibility", **(variables or {})))
