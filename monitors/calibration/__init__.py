"""What was learnt for a model, and the sample of general news it is measured against."""

from monitors.calibration.loading import (
    MATCHER,
    adapter_digest,
    assemble,
    file_stem,
    general_news,
    load_calibration,
    load_fit,
)

__all__ = [
    "MATCHER",
    "adapter_digest",
    "assemble",
    "file_stem",
    "general_news",
    "load_calibration",
    "load_fit",
]
