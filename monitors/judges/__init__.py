"""Outside judges of borderline decisions: an endpoint that the operator names, or none.

``asking`` turns a question into a request in which untrusted text stays text, ``answering``
takes nothing but an opinion out of what comes back, ``http`` is the adapter.
"""

from monitors.judges.http import HttpJudge

__all__ = ["HttpJudge"]
