"""Terms of settlement and liability (理赔、责任)."""

from enum import StrEnum


class EvidenceKind(StrEnum):
    """What a settlement rests on."""

    PHOTOGRAPH = "photograph"
    INVOICE = "invoice"
    WAYBILL = "waybill"
    PACKING_LIST = "packing_list"
    STATEMENT = "statement"
    RECORDING = "recording"
    SURVEY_REPORT = "survey_report"
    OTHER = "other"


class LimitBasis(StrEnum):
    """What the most that is owed was worked out from."""

    DECLARED_VALUE = "declared_value"
    FREIGHT = "freight"


class PaymentKind(StrEnum):
    COMPENSATION = "compensation"
    ADVANCE = "advance"
    """先行赔付: paid before the customer agreed to the whole, and before anybody is found liable."""


class PaymentState(StrEnum):
    AWAITING = "awaiting"
    """Its voucher is with finance."""
    CONFIRMED = "confirmed"
    PAID = "paid"
    RETURNED = "returned"
    """Finance sent the voucher back."""
    CANCELLED = "cancelled"
    """The proposal it was for was dropped: refused, handled anew, withdrawn, or replaced after it came back."""


class LiableKind(StrEnum):
    UNIT = "unit"
    CARRIER = "carrier"
    """An outside firm that carries for us."""
