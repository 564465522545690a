"""Sign in, and prove it with the first call."""

from signed_in import creators

with creators() as me:
    print("signed in:", len(me.shows.all()), "shows")
