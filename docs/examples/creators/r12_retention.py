"""Where people leave an episode: r12_retention.py EPISODE"""

import sys

from signed_in import creators

with creators() as me:
    curve = me.operations.get_episode_performance_all_time(sys.argv[1]).value
    for reached, share in curve.percentiles:
        print(f"{reached:>3} % of the episode: {share:.0f} % of the audience")
