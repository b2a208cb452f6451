"""Outside judges of borderline decisions: an endpoint that the operator names, or none.

``asking`` turns a question into a request in which untrusted text stays text, ``answering``
takes nothing but an opinion out of what comes back, ``http`` is the adapter, ``plain`` tells
whether a model can be a judge at all.
"""

from monitors.judges.http import HttpJudge
from monitors.judges.plain import try_out

__all__ = ["HttpJudge", "try_out"]
