"""Lists of episodes, and what an episode is and has.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.creators import parse_lists
from earstead.creators.answers import Known, Unknown
from earstead.creators.graph import custom_range
from earstead.creators.operations.base import Calls, Days, episode_uri_of, show_uri_of
from earstead.creators.records import EpisodeFacts, EpisodePage


class Episodes(Calls):
    """Lists of episodes, and what an episode is and has."""

    def web_get_indexed_episode_list(
        self,
        show: str,
        *,
        page: int = 1,
        page_size: int = 50,
        sort_order: str | None = None,
        sort_by: str | None = None,
        search: str | None = None,
        filter_by: str | None = None,
        include_membership_tiers: bool | None = None,
        window: str = "WINDOW_ALL_TIME",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[EpisodePage]:
        """The episodes of a show with drafts, numbers of both kinds and totals, fifty to a page.

        `WebGetIndexedEpisodeList`. Proven: path and leaves are known. Read from showByShowUri.episodesV2.items[],
        showByShowUri.episodesV2.pagination, showByShowUri.episodesV2.indexStatus,
        showByShowUri.episodesV2.sortable[], showByShowUri.episodesV2.items[].analyticsStartsV2.AV,
        showByShowUri.episodesV2.items[].analyticsStreamsAndDownloads.AV,
        showByShowUri.episodesV2.items[].analyticsAudience.AV,
        showByShowUri.episodesV2.items[].analyticsPlaysAndDownloads.AV.
        """
        a = self._read(
            "WebGetIndexedEpisodeList",
            showUri=show_uri_of(show),
            currentPage=page,
            pageSize=page_size,
            sortOrder=sort_order,
            sortBy=sort_by,
            search=search,
            filter=filter_by,
            includeMembershipTiers=include_membership_tiers,
            analyticsWindow=window,
            customDateRange=None if days is None else custom_range(*days),
            fallbacks=fallbacks,
        )
        return Known(parse_lists.episode_page(a), a)

    def get_episode_list(self, show: str, *, page: int = 1, page_size: int = 25) -> Known[EpisodePage]:
        """The episodes of a show, twenty-five to a page, as another part of the dashboard asks for them.

        `GetEpisodeList`. About a day late. Proven: path and leaves are known. Read from
        showByShowUri.episodesV2.items[].
        """
        a = self._read("GetEpisodeList", showUri=show_uri_of(show), currentPage=page, pageSize=page_size)
        return Known(parse_lists.episode_page(a), a)

    def web_get_paginated_episode_list(
        self, station_id: int, *, page_size: int = 15, after: str = ""
    ) -> Known[EpisodePage]:
        """The list of episodes of 2024, by station and cursor.

        `WebGetPaginatedEpisodeList`. Retired. Proven: path and leaves are known. Read from
        showByStationId.episodes.pagingInfo, showByStationId.episodes.items[]. No public hash: harvest or capture it.
        """
        a = self._read("WebGetPaginatedEpisodeList", stationId=station_id, pageSize=page_size, afterCursor=after)
        return Known(parse_lists.old_episode_page(a), a)

    def get_episodes_for_show(self, show: str, *, page_size: int = 15, page_token: str = "") -> Unknown:
        """The episodes of a show for the page of polls, by page token.

        `getEpisodesForShow`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._read("getEpisodesForShow", showUri=show_uri_of(show), pageSize=page_size, pageToken=page_token)
        )

    def get_episodes_with_search(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Episodes by words of their titles.

        `getEpisodesWithSearch`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getEpisodesWithSearch", **(variables or {})))

    def get_episode_data(self, episode: str) -> Unknown:
        """Facts about an episode.

        `getEpisodeData`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables are
        a guess.
        """
        return Unknown(self._read("getEpisodeData", episodeUri=episode_uri_of(episode)))

    def get_episode_metadata_for_analytics(self, episode: str) -> Known[EpisodeFacts]:
        """Title, date and picture of an episode.

        `getEpisodeMetadataForAnalytics`. No length, no description, no address of the audio. Proven: path and leaves
        are known. Read from episodeByUri.title, episodeByUri.publishedOn.seconds,
        episodeByUri.thumbnail.images[].url.
        """
        a = self._read("getEpisodeMetadataForAnalytics", episodeUri=episode_uri_of(episode))
        return Known(parse_lists.episode_facts(a), a)

    def get_episode_thumbnail(self, episode: str) -> Unknown:
        """The picture of an episode.

        `getEpisodeThumbnail`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getEpisodeThumbnail", episodeUri=episode_uri_of(episode)))

    def get_episode_chapters(self, episode: str) -> Unknown:
        """The chapters of an episode.

        `getEpisodeChapters`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables
        are a guess.
        """
        return Unknown(self._read("getEpisodeChapters", episodeUri=episode_uri_of(episode)))

    def get_episode_chapters_opt_in(self, episode: str) -> Unknown:
        """Whether an episode wants chapters made for it.

        `getEpisodeChaptersOptIn`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getEpisodeChaptersOptIn", episodeUri=episode_uri_of(episode)))

    def get_chapters_eligibility(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Whether chapters may be used.

        `getChaptersEligibility`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getChaptersEligibility", **(variables or {})))

    def get_episode_previews(self, episode: str) -> Unknown:
        """The previews of an episode.

        `getEpisodePreviews`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables
        are a guess.
        """
        return Unknown(self._read("getEpisodePreviews", episodeUri=episode_uri_of(episode)))

    def get_episode_transcript(self, episode: str) -> Known[str]:
        """The transcript of an episode as plain text.

        `getEpisodeTranscript`. Proven: path and leaves are known. Read from
        episodeByUri.transcript.transcript.transcriptText. No public hash: harvest or capture it.
        """
        a = self._read("getEpisodeTranscript", episodeUri=episode_uri_of(episode))
        return Known(parse_lists.transcript_text(a), a)

    def get_episode_transcript_availability(self, episode: str) -> Known[int]:
        """How many characters the transcript of an episode has.

        `getEpisodeTranscriptAvailability`. None when it is zero or missing. Proven: path and leaves are known. Read
        from episodeByUri.transcript.transcript.transcriptTextLength. No public hash: harvest or capture it.
        """
        a = self._read("getEpisodeTranscriptAvailability", episodeUri=episode_uri_of(episode))
        return Known(parse_lists.transcript_length(a), a)

    def get_episode_transcripts_opt_in(self, episode: str) -> Unknown:
        """Whether an episode wants a transcript made for it.

        `getEpisodeTranscriptsOptIn`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getEpisodeTranscriptsOptIn", episodeUri=episode_uri_of(episode)))

    def get_guests_by_episode_uri(self, episode: str) -> Unknown:
        """The guests named for an episode.

        `getGuestsByEpisodeUri`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getGuestsByEpisodeUri", episodeUri=episode_uri_of(episode)))

    def get_topics_by_episode_uri(self, episode: str) -> Unknown:
        """The topics named for an episode.

        `getTopicsByEpisodeUri`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getTopicsByEpisodeUri", episodeUri=episode_uri_of(episode)))

    def get_cross_content_links_by_episode_uri(self, episode: str) -> Unknown:
        """Links from an episode to other content.

        `getCrossContentLinksByEpisodeUri`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        Its variables are a guess.
        """
        return Unknown(self._read("getCrossContentLinksByEpisodeUri", episodeUri=episode_uri_of(episode)))

    def create_episode_smartlink(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Make a smart link to an episode.

        `createEpisodeSmartlink`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._write("createEpisodeSmartlink", **(variables or {})))
