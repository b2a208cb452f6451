"""Learning the numbers that decisions rest on. Nothing here runs while news are watched."""
