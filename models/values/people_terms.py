"""Who works at the centre, who is away and why, what is on record about looking and changing."""

from enum import StrEnum


class Role(StrEnum):
    ACCEPTOR = "acceptor"
    OPERATOR = "operator"
    ENQUIRY_SPECIALIST = "enquiry_specialist"
    COMPLAINT_HANDLER = "complaint_handler"
    REVISIT_AGENT = "revisit_agent"
    ACCOUNT_MANAGER = "account_manager"
    QUALITY_INSPECTOR = "quality_inspector"
    FINANCE = "finance"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"
    BUSINESS_UNIT = "business_unit"
    SCHEDULER = "scheduler"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    CHANNEL = "channel"
    """A system that brings cases in (web form, telephony); it has a name and a token like a person."""


class AbsenceReason(StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    ILLNESS = "illness"
    TRAINING = "training"
    BUSINESS_TRIP = "business_trip"
    OTHER = "other"


class AccessKind(StrEnum):
    """How somebody came to see a customer's record."""

    BY_PHONE = "by_phone"
    BY_WAYBILL = "by_waybill"
    BY_NAME = "by_name"
    READ = "read"
    UNMASKED = "unmasked"
    CORRECTED = "corrected"
    DOSSIER = "dossier"


class ChangeState(StrEnum):
    """What became of a proposed rulebook."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    OUTDATED = "outdated"
    """Another one came into force meanwhile: what was compared with is no more."""
