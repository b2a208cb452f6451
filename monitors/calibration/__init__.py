"""What was learnt for a model, and the sample of general news it is measured against."""

from monitors.calibration.loading import (
    FORM,
    MATCHER,
    adapter_digest,
    assemble,
    file_stem,
    general_news,
    load_calibration,
    load_fit,
)

__all__ = [
    "FORM",
    "MATCHER",
    "adapter_digest",
    "assemble",
    "file_stem",
    "general_news",
    "load_calibration",
    "load_fit",
]
