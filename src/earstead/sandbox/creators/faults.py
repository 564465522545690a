"""Switches that make the services behave as they sometimes do, or always do: one table for all of them.

A switch is a truth value, a whole number or a text, as its default is. `Faults` holds what is set; handlers ask it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Value = bool | int | str


@dataclass(frozen=True, slots=True)
class Switch:
    """A default, and what another value does."""

    default: Value
    does: str


SWITCHES: Final[Mapping[str, Switch]] = {
    # accounts
    "auth.login_required": Switch(False, "the authorize page says login_required, as if the cookies had ended"),
    "auth.consent_required": Switch(False, "the authorize page says consent_required, as for another client id"),
    "auth.bad_redirect": Switch(False, "the authorize page is a 400: redirect_uri: Not matching configuration"),
    "auth.no_object": Switch(False, "the authorize page holds no authorizationResponse"),
    "auth.state_mismatch": Switch(False, "the authorize page answers another state than was sent"),
    "auth.no_sp_key": Switch(True, "sp_dc alone is enough; off: sp_key must come with it"),
    "token.expire_early": Switch(0, "bearers end after so many seconds, though they promise an hour; 0: after an hour"),
    "token.revoke_once": Switch(False, "the next call with a bearer ends it: one 401 in the middle"),
    # REST
    "rest.require_mums": Switch(True, "403 without isMumsCompatible=true"),
    "rest.require_origin": Switch(True, "403 for writes without Origin and Referer of the dashboard"),
    "rest.create_timeout_after_commit": Switch(0, "the next n creations are done, and their answers lost"),
    "rest.publishon_corruption": Switch(True, "of a text as publishOn the leading digits are taken as seconds"),
    "rest.slug_taken": Switch(False, "409 for every slug"),
    "rest.media_required": Switch(True, "400 when an episode without media is to be published"),
    "rest.stations_status": Switch(False, "stations/status lists the shows; off: 403, as for all bearers from cookies"),
    # uploads
    "upload.poll_404": Switch(1, "so many looks at a media upload find nothing before it is there"),
    "upload.polls": Switch(1, "so many looks after that find it being processed"),
    "upload.fail": Switch("", "media is refused for this reason, such as AUDIO_DURATION_LONGER_THAN_VIDEO"),
    "upload.s3_video": Switch(False, "videos land in the storage for sound, and finishing them is a 400"),
    "upload.single_put_video_500": Switch(True, "finishing a video that was sent in one piece is a 500"),
    "upload.image_fail": Switch(False, "pictures end as failed"),
    # GraphQL
    "graphql.adhoc": Switch("allow", "allow or reject: queries written out instead of named by their hash"),
    "graphql.introspection": Switch(True, "queries may ask for the schema"),
    "graphql.rotate": Switch("", "the hash of this operation is unknown, and a new one stands in the bundle"),
    "graphql.truncated_hash_empty": Switch(True, "a hash cut short gives empty data instead of an error"),
    "graphql.partial": Switch("", "this field is null, beside a DataFetchingException"),
    "graphql.origin_check": Switch(False, "403 unless Origin is the dashboard's or absent"),
    "graphql.geo_null": Switch(False, "regions and cities are null, beside a DataFetchingException"),
    "graphql.demographics_null": Switch(False, "the gender breakdown is null"),
    "graphql.custom_window_refused": Switch(True, "getShowAudienceDiscoveryStats fails with WINDOW_CUSTOM"),
    "show.non_s4p": Switch(False, "all shows are told as hosted elsewhere: no station, no geography, no apps"),
    "list.index_building": Switch(False, "indexStatus of episode lists is not COMPLETED"),
    # podcasters/v0
    "pod.rate": Switch("", "how many requests in how many seconds are answered, such as 20/30s"),
    "pod.aggregate_500_when_empty": Switch(True, "500 for demographics of a range in which nobody listened"),
    "pod.performance_sparse": Switch(False, "sampleRate and seconds are missing from retention"),
    "pod.impressions_span_check": Switch(True, "400 unless impressions are asked for over exactly 29 days"),
    "pod.followers_start_required": Switch(True, "400 for followers without start"),
    # the web and what is old
    "web.bundle_gzip_without_header": Switch(True, "scripts are packed, and no header says so"),
    "next.stub": Switch(False, "the data route of the comments page answers, with an invented payload"),
    "leg.alive": Switch(True, "the old proxy answers; off: 404, as since the backend moved"),
    # any host
    "http.429": Switch(0, "the next n requests are too many; -1: all"),
    "http.503": Switch(0, "the next n requests meet a service that is unavailable; -1: all"),
    "http.reset": Switch(0, "the connections of the next n requests break before anything is done; -1: all"),
    "http.slow": Switch(0, "every answer takes so many milliseconds longer"),
    "http.retry_after": Switch(0, "Retry-After of http.429 and http.503 in seconds; 0 sends none"),
    "http.where": Switch("", "what the paths begin with that http.* switches are for, such as /_pod; empty for all"),
}
"""By name."""
_CHOICES: Final = {"graphql.adhoc": ("allow", "reject")}


class Faults:
    """What each switch is set to."""

    def __init__(self) -> None:
        self._set: dict[str, Value] = {}

    def on(self, name: str) -> bool:
        """Whether a switch is neither off, 0 nor empty."""
        return bool(self.value(name))

    def value(self, name: str) -> Value:
        """What a switch is set to."""
        return self._set.get(name, SWITCHES[name].default)

    def number(self, name: str) -> int:
        """A switch that is a number."""
        return int(self.value(name))

    def text(self, name: str) -> str:
        """A switch that is a text."""
        return str(self.value(name))

    def take(self, name: str) -> bool:
        """Whether a switch that counts down, or that is for once, is still on; it is counted."""
        value = self.value(name)
        if not value:
            return False
        if value is True:
            self._set[name] = False
        elif isinstance(value, int) and value > 0:
            self._set[name] = value - 1
        return True

    def set(self, name: str, value: object) -> None:
        """Set a switch.

        Raises:
            ValueError: there is none of that name, or its value is of another kind.
        """
        switch = SWITCHES.get(name)
        if switch is None:
            raise ValueError(f"no switch {name!r}; there are {', '.join(SWITCHES)}")
        kind = type(switch.default)
        if type(value) is not kind:
            what = {bool: "true or false", int: "a whole number", str: "a text"}[kind]
            raise ValueError(f"{name} is {what}")
        if value not in _CHOICES.get(name, (value,)):
            raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}")
        if name == "pod.rate" and not re.fullmatch(r"(\d{1,6}/\d{1,6}s)?", str(value)):
            raise ValueError("pod.rate is of the form 20/30s, or empty")
        self._set[name] = kind(value)

    def reset(self, *names: str) -> None:
        """Put switches back to their defaults; all when none are named."""
        for name in names or tuple(self._set):
            self._set.pop(name, None)

    def all(self) -> dict[str, Value]:
        """Every switch with its value."""
        return {name: self.value(name) for name in SWITCHES}

    def changed(self) -> dict[str, Value]:
        """Those that are not at their default."""
        return {name: value for name, value in self.all().items() if value != SWITCHES[name].default}
