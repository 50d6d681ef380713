"""The trade's terms as closed sets. A member's value is what tables, JSON and rulebook hold."""

from enum import StrEnum


class Procedure(StrEnum):
    """Which Prefect flow carries a case."""

    COMPLAINT = "complaint"
    ROUND = "round"
    """A round of revisits: drawn, worked, analysed, assessed."""
    REVISIT = "revisit"
    """One customer of a round, to be reached."""
    INCIDENT = "incident"
    REQUEST = "request"
    """Enquiry, consultation, suggestion, manual service: the short path."""


class Kind(StrEnum):
    """What a request is; only a complaint walks all seven steps."""

    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    CONSULTATION = "consultation"
    SUGGESTION = "suggestion"
    MANUAL_SERVICE = "manual_service"


class Category(StrEnum):
    """The main grievance of a complaint."""

    DELAY = "delay"
    LOSS = "loss"
    DAMAGE = "damage"
    DELIVERY_SERVICE = "delivery_service"
    PICKUP_SERVICE = "pickup_service"
    FEE_DISPUTE = "fee_dispute"
    CASH_ON_DELIVERY = "cash_on_delivery"
    SERVICE_ATTITUDE = "service_attitude"
    TRACKING_INFORMATION = "tracking_information"
    CLAIMS_COMPENSATION = "claims_compensation"
    OTHER = "other"


class Severity(StrEnum):
    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"


class BusinessLine(StrEnum):
    EXPRESS = "express"
    ROAD = "road"
    AIR = "air"
    SEA = "sea"
    WAREHOUSE = "warehouse"
    MULTIMODAL = "multimodal"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    PHONE = "phone"
    FAX = "fax"
    WEB = "web"
    EMAIL = "email"
    SMS = "sms"
    COUNTER = "counter"
    VOICE_MENU = "voice_menu"
    OUTBOUND = "outbound"


class Party(StrEnum):
    """Who the caller is to the shipment; unknown and anonymous callers are welcome."""

    CARGO_OWNER = "cargo_owner"
    CONSIGNOR = "consignor"
    CONSIGNEE = "consignee"
    INTERNAL_CUSTOMER = "internal_customer"
    UNKNOWN = "unknown"


class CustomerClass(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Outcome(StrEnum):
    """How a case ended; none while it is open."""

    SOLVED = "solved"
    UNVERIFIED = "unverified"
    FINAL_POSITION = "final_position"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"
    LINKED = "linked"
    ASSESSED = "assessed"
    CANCELLED = "cancelled"
    REACHED = "reached"
    NOT_REACHED = "not_reached"


class HandlingMethod(StrEnum):
    """The five ways to handle a complaint, one of which is recorded."""

    CALM_ANGER = "calm_anger"
    GENTLE_DENIAL = "gentle_denial"
    CONVERSION = "conversion"
    ADMIT_ERROR = "admit_error"
    REDIRECT = "redirect"


class Feeling(StrEnum):
    MET = "met"
    PLEASED = "pleased"
    RELIEVED = "relieved"
    NOVEL = "novel"
    SURPRISED = "surprised"


class ContactOutcome(StrEnum):
    """How an attempt to reach the customer ended, unless he was reached (then the survey says so)."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    CALL_BACK = "call_back"


class HoldReason(StrEnum):
    """Why a case waits; the rulebook says which of these pause a clock."""

    WAITING_CUSTOMER = "waiting_customer"
    WAITING_UNIT = "waiting_unit"


class ManualService(StrEnum):
    """The five acceptance flows of manual service 人工受理."""

    SHIPPING = "shipping"
    TRANSFER = "transfer"
    PICK_UP_AND_DELIVERY = "pick_up_and_delivery"
    CITY_DISPATCH = "city_dispatch"
    LONG_HAUL_DISPATCH = "long_haul_dispatch"


class SuggestionVerdict(StrEnum):
    """What becomes of a suggestion: its answer says so."""

    ADOPTED = "adopted"
    CONSIDERED = "considered"
    DECLINED = "declined"
