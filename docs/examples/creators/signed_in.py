"""What the examples share: a client, signed in with the cookies of the environment."""

import os

from earstead.creators import Creators, Urls


def creators(**more):
    """Speaks with Spotify, or with the simulator at EARSTEAD_CREATORS_URL."""
    origin = os.environ.get("EARSTEAD_CREATORS_URL", "")
    urls = Urls.at(origin) if origin else Urls.live()
    return Creators.sign_in(sp_dc=os.environ["SP_DC"], sp_key=os.environ.get("SP_KEY", ""), urls=urls, **more)
