"""The values that flow through Tidings. All are frozen; times are aware and in UTC.

An **entry** is what a source lists; a **page** is what its URL returned; an **article** is
the clean text of it; a **passage** is a piece of that text. A **topic** is what somebody
watches. A **match** says how well an article fits a topic. A **development** is one new
step that a topic's reader would want to know apart; a **story** is the chain of
developments that belong together. A **decision** is the verdict on one article and topic,
with its reason; on a borderline one an outside judge may have given its **opinion**. An
**alert** is what is told, kept in the outbox until it is delivered.
"""

from monitors.model.answering import Answer, AnswerKind
from monitors.model.deciding import (
    Decision,
    Development,
    Facts,
    Match,
    Mention,
    Reason,
    Story,
    Vector,
    Verdict,
)
from monitors.model.health import Cause, Health, Mark, Pulse, Tempo, Trouble
from monitors.model.opinions import GROUNDS, Counsel, Ground, Opinion, Question
from monitors.model.reading import (
    UNREADABLE_CAUSES,
    Article,
    Entry,
    Extraction,
    Fate,
    Page,
    Passage,
    PassageKind,
    PendingEntry,
    Poll,
    PollState,
    SourceState,
)
from monitors.model.stages import ACTS, Stage
from monitors.model.telling import (
    POSSIBLE_REPEAT,
    Activity,
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Hold,
    Line,
    Message,
    Picture,
    Receipt,
    Section,
    SourceRef,
)
from monitors.model.watch import (
    Budget,
    Channel,
    DigestPlan,
    Keywords,
    QuietHours,
    Sensitivity,
    Source,
    Tier,
    Topic,
    Watchlist,
)
from monitors.model.web import Pace, WebMemory

__all__ = [
    "ACTS",
    "GROUNDS",
    "POSSIBLE_REPEAT",
    "UNREADABLE_CAUSES",
    "Activity",
    "Alert",
    "AlertKind",
    "Answer",
    "AnswerKind",
    "Article",
    "Budget",
    "Cause",
    "Channel",
    "Counsel",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Development",
    "DigestPlan",
    "Entry",
    "Extraction",
    "Facts",
    "Fate",
    "Ground",
    "Health",
    "Hold",
    "Keywords",
    "Line",
    "Mark",
    "Match",
    "Mention",
    "Message",
    "Opinion",
    "Pace",
    "Page",
    "Passage",
    "PassageKind",
    "PendingEntry",
    "Picture",
    "Poll",
    "PollState",
    "Pulse",
    "Question",
    "QuietHours",
    "Reason",
    "Receipt",
    "Section",
    "Sensitivity",
    "Source",
    "SourceRef",
    "SourceState",
    "Stage",
    "Story",
    "Tempo",
    "Tier",
    "Topic",
    "Trouble",
    "Vector",
    "Verdict",
    "Watchlist",
    "WebMemory",
]
