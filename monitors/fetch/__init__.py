"""Bytes in, safely and politely: ``client.HttpFetcher`` and what it stands on."""
