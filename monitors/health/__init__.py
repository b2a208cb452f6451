"""How sources are, as pure functions: what polls show, what state follows, how often to ask.

A poll is observed (:mod:`monitors.health.observing`), which gives a new
:class:`~monitors.model.Pulse`; the pulse is judged (:mod:`monitors.health.judging`). No I/O,
no clock; of ours only the model is known.
"""
