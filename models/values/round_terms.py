"""Terms of rounds of revisits (客户回访)."""

from enum import StrEnum


class RoundKind(StrEnum):
    """What a round of revisits is: a sample of customers, a census of complaints, or a list of whom to call on."""

    DRAWN = "drawn"
    CENSUS = "census"
    ACCOUNT_VISIT = "account_visit"
    RETENTION = "retention"


class RoundState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Disposition(StrEnum):
    """How a drawn customer ended; flows.sampling.rates gives each its AAPOR code."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    DO_NOT_CALL = "do_not_call"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CALL_BACK = "call_back"
    WRONG_NUMBER = "wrong_number"
    NO_PHONE = "no_phone"
    COOL_DOWN = "cool_down"
    OPEN_COMPLAINT = "open_complaint"
    UNABLE = "unable"
    NOT_WORKED = "not_worked"
    NOT_ELIGIBLE = "not_eligible"


class RetentionLevel(StrEnum):
    """What was tried to keep a customer (客户保持的三个层次)."""

    PRICE = "price"
    SOCIAL = "social"
    STRUCTURAL = "structural"
