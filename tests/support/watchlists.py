"""Watch lists that are good, and what is mistaken about others."""

from __future__ import annotations

GOOD = """\
defaults:
  channel: "#alerts"
  operators_channel: "#ops"
  timezone: Europe/London
  quiet_hours: "22:00-07:00"
  sensitivity: strict
  at_most: 10/week
  every: 20m
sources:
  - {name: The Harbour Gazette, kind: feed, url: "https://gazette.example/feed", tier: wire}
  - name: Вестник
    kind: sitemap
    url: http://vestnik.example/news.xml
    language: ru
    every: 2h
  - {name: Listing, kind: page, url: "https://l.example/", pattern: "/news/\\\\d+", id: listed}
  - {name: Saved, kind: folder, url: saved/pages}
topics:
  harbour-works:
    name: Harbour works
    description: >
      The harbour is deepened,
      widened or closed.
    examples: [Dredgers arrive, "Quay wall: finished"]
    not:
      - Boat race held in the harbour
    keywords: {any: [harbour*, порт*], none: [race]}
    channel: "#harbour"
    sensitivity: broad
    at_most: 3/day
  ferries:
    name: Ferries
    description: A ferry line opens or closes.
"""

MISTAKES = [
    ("    examples:", "    exmaples:", "exmaples", "`examples`"),
    ("language: ru", "langauge: ru", "langauge", "`language`"),
    ("  timezone: E", "  timezoen: E", "timezoen", "`timezone`"),
    ("topics:\n", "topcis:\n", "topcis", "`topics`"),
    ("none: [race]", "nope: [race]", "nope", "`none`"),
    ("kind: feed", "kind: feeds", "feeds", "`feed`"),
    ("tier: wire", "tier: wires", "wires", "`wire`"),
    ("sensitivity: broad", "sensitivity: brood", "brood", "`broad`"),
    ("every: 2h", "every: 2 fortnights", "duration", "15m"),
    ("every: 2h", "every: 15", "duration", "15m"),
    ("every: 2h", "every: 1s", "out of bounds", "30s"),
    ("at_most: 3/day", "at_most: lots", "budget", "3/day"),
    ("at_most: 3/day", "at_most: 3/dya", "period", "`day`"),
    ("at_most: 3/day", "at_most: 0/day", "budget", "3/day"),
    ('"22:00-07:00"', '"25:00-07:00"', "quiet hours", "22:00-07:00"),
    ('"22:00-07:00"', "late", "quiet hours", "22:00-07:00"),
    ('"22:00-07:00"', '"22:00-22:00"', "quiet hours", "22:00-07:00"),
    ("Europe/London", "Europe/Lodnon", "time zone", "`Europe/London`"),
    ("Europe/London", "UTC+3", "time zone", "`Etc/GMT-3`"),
    ("Europe/London", '"-02:00"', "time zone", "`Etc/GMT+2`"),
    ("Europe/London", "gmt+0", "time zone", "`UTC`"),
    ("Europe/London", '"5"', "time zone", "`Etc/GMT-5`"),
    ("- Boat race held in the harbour", "- Harbour: no race", "mapping", "holds a colon"),
    ('"#harbour"', '"harbour news"', "channel", '"#harbour-news"'),
    ('"#harbour"', "#harbour", "empty", "quotes"),
    ("language: ru", "language: Russian", "language code", "ISO 639-1"),
    ("http://vestnik.example/news.xml", "vestnik.example/x", "http", "https://vestnik"),
    ("http://vestnik.example/news.xml", "ftp://vestnik.example/", "http", "https://"),
    ("http://vestnik.example/news.xml", "http://vest nik.example/", "space", "%20"),
    ("http://vestnik.example/news.xml", "http:///news.xml", "host", "https://"),
    ("http://vestnik.example/news.xml", "http://a:port/", "no address", "https://"),
    ("id: listed", "id: Listed One", "no id", "`listed-one`"),
    ("id: listed", "id: vestnik", "already", "another"),
    ("  ferries:", "  Ferry Lines:", "topic id", "`ferry-lines`"),
    ('pattern: "/news/\\\\d+"', 'pattern: "/news/("', "regular expression", "/news/"),
    ("harbour*, порт*", "har*bour", "*", "end"),
    ("    name: Ferries\n", "", "no `name`", "name and a description"),
    ("    description: A ferry line opens or closes.\n", "", "no `description`", "name"),
    ("name: Ferries", "name: ", "empty", "value"),
    ("name: Ferries", "name: [a]", "must be text, not a list", "single value"),
    ('[Dredgers arrive, "Quay wall: finished"]', "Dredgers", "must be a list", "- "),
    ("url: saved/pages", "url: saved/pages, pattern: x", "no meaning", "page"),
    ("id: listed", "id: listed, robots: {ignore: true}", "does not say why", "because"),
    ("id: listed", "id: listed, robots: {because: we asked}", "with `ignore`", "because"),
    ("id: listed", "id: listed, robots: ignore", "must be a mapping", "ignore"),
]
"""What to replace in ``GOOD``, by what; a word of the problem, and one of the remedy."""

MISSPELT = [
    ("    description: A ferry", "    descripton: A ferry", "descripton"),
    ("    name: Ferries", "    Name: Ferries", "Name"),
    ("  - name: Вестник", "  - nmae: Вестник", "nmae"),
    ("    kind: sitemap", "    knid: sitemap", "knid"),
    ("    url: http", "    URL: http", "URL"),
]
"""Likewise: a key that is needed is misspelt."""

OTHER_SHAPES = ["just words", "- a\n- b\n", "sources: none\n", "topics: [a]\n"]

CHANNELS = """\
defaults: {channel: "#alerts", timezone: Europe/London, digest: daily 8:00, urgent: in force}
channels:
  "#harbour":
    digest: friday 16:30
    timezone: Asia/Tokyo
    quiet_hours: "21:00-08:00"
    urgent: [signed, in force]
    at_most: 10/day
sources: [{name: S, kind: feed, url: "https://s.example/feed"}]
topics:
  works: {name: Works, description: Works begin., channel: "#harbour", at_most: 3/day}
  ferries: {name: Ferries, description: A line opens., mention: "@here"}
  cranes:
    name: Cranes
    description: A crane moves.
    channel: "#harbour"
    timezone: UTC
    urgent: []
    mention: ["@channel", U0123456789, S0123456789]
"""

CHANNEL_MISTAKES = [
    ("daily 8:00", "dayly 8:00", 1, "'dayly' is no day of a digest", "Did you mean `daily`?"),
    ("friday 16:30", "friday", 4, "'friday' is no digest", "daily 08:00"),
    ("friday 16:30", "friday 25:30", 4, "25:30 is no time of day", "local time"),
    ("[signed, in force]", "[singed]", 7, "may not be 'singed'", "Did you mean `signed`?"),
    ('"@here"', "@everyone", 12, "'@everyone' can not be mentioned", "U0123456789"),
    ('"@here"', '"<!channel>"', 12, "'<!channel>' can not be mentioned", "U0123456789"),
    ('  "#harbour":', '  "#harbor":', 3, "no topic is told in '#harbor'", "`#harbour`"),
    ('  "#harbour":', "  Harbour:", 3, "'Harbour' is no channel name", "#harbour"),
    ("quiet_hours: ", "quiet: ", 6, "unknown key `quiet`", "`quiet_hours`"),
]
"""What to replace in ``CHANNELS``, by what; the line, the problem, the remedy."""
