"""Any id, URI or address of an episode, and all its others: r03_ids.py EPISODE"""

import sys

from signed_in import creators

with creators() as me:
    episode = me.resolve.episode(sys.argv[1])
    print(episode.uri, episode.anchor_id, episode.web_id, sep="\t")
