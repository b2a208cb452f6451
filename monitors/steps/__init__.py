"""The five steps of the pipeline, one file each: collect, read, understand, decide, tell."""
