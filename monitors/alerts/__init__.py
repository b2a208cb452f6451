"""Telling: alerts become messages, and messages are delivered from the outbox."""

from monitors.alerts.compose import compose
from monitors.alerts.delivered import DeliveryReport
from monitors.alerts.outbox import deliver

__all__ = ["DeliveryReport", "compose", "deliver"]
