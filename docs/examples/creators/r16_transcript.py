"""What is said in an episode: r16_transcript.py EPISODE"""

import sys

from signed_in import creators

with creators() as me:
    me.harvest(use=True)
    print(me.transcripts.text(sys.argv[1]).value or "There is no transcript.")
