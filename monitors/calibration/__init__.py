"""What was learnt for a model, and the sample of general news it is measured against."""

from monitors.calibration.loading import assemble, file_stem, general_news, load_calibration

__all__ = ["assemble", "file_stem", "general_news", "load_calibration"]
