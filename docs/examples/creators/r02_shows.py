"""The shows of an account, and what can be done with each."""

from signed_in import creators

with creators() as me:
    for show in me.shows.all():
        print(show.name, show.uri, show.hosting, "can be changed" if show.writable else "read only", sep="\t")
