"""The demo: a newsroom of made-up outlets and a Slack look-alike, both on this machine."""
