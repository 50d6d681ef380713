"""Terms of notices and alarms."""

from enum import StrEnum

NOBODY = "nobody is subscribed to it"
"""What a notice that reaches nobody says for an error."""


class NoticeChannel(StrEnum):
    """How a notice reaches somebody."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    """Signed JSON (standardwebhooks.com)."""
    WECOM = "wecom"
    """A group robot of WeCom 企业微信."""
    DINGTALK = "dingtalk"
    """A group robot of DingTalk 钉钉, with its sign parameter."""


class NoticeKind(StrEnum):
    """What a notice tells of; who subscribes names these."""

    ALARM = "alarm"
    """Something is wrong with the system itself, or is well again."""
    DEADLINE_MISSED = "deadline_missed"
    DAILY_SUMMARY = "daily_summary"
    SHIFT_HANDOVER = "shift_handover"
    INCIDENT_GRADED = "incident_graded"
    COUNTERPART_ASKED = "counterpart_asked"
    LIABILITY_PRESUMED = "liability_presumed"
    LIABILITY_TO_DECIDE = "liability_to_decide"
    CORRECTION_PLANNED = "correction_planned"
    TEST = "test"


class AlarmName(StrEnum):
    """What the watch looks for."""

    QUARANTINE = "quarantine"
    NO_WORKER = "no_worker"
    OLDEST_DUE = "oldest_due"
    DEADLINE_MISSED = "deadline_missed"
