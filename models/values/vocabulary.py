"""The trade's terms as closed sets (`domain.md` §2). A member's value is what tables, JSON and rulebook hold."""

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


class IncidentGrade(StrEnum):
    """How grave a business incident is: 一般, 重大, 特大."""

    GENERAL = "general"
    MAJOR = "major"
    CRITICAL = "critical"


class AbsenceReason(StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    ILLNESS = "illness"
    TRAINING = "training"
    BUSINESS_TRIP = "business_trip"
    OTHER = "other"


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


class Stage(StrEnum):
    """Where a case stands: what it waits for next."""

    RECEIVED = "received"
    TRIAGE = "triage"
    CARRY_OUT = "carry_out"
    APPROVAL = "approval"
    FEED_BACK = "feed_back"
    REVISIT = "revisit"
    WRITTEN_ANSWER = "written_answer"
    FINAL_POSITION = "final_position"
    ANSWER = "answer"
    ANALYSIS = "analysis"
    CONFIRMATION = "confirmation"
    PROMISED = "promised"
    """Everything is done but a promise to the customer: it does not close before that is kept."""
    SCORING = "scoring"
    LINKED = "linked"
    DRAW = "draw"
    CONTACTS = "contacts"
    CONTACT = "contact"
    VISIT = "visit"
    RECORDED = "recorded"
    SUMMARY = "summary"
    ASSESSMENT = "assessment"
    CLOSED = "closed"
    REPORTED = "reported"
    CONTAINMENT = "containment"
    INVESTIGATION = "investigation"
    COUNTERPART = "counterpart"
    FINDING = "finding"
    CORRECTION = "correction"
    EFFECT = "effect"
    CLOSING = "closing"
    CUSTOMER_NOTICE = "customer_notice"


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


class RetentionLevel(StrEnum):
    """What was tried to keep a customer (客户保持的三个层次)."""

    PRICE = "price"
    SOCIAL = "social"
    STRUCTURAL = "structural"


class HoldReason(StrEnum):
    """Why a case waits; the rulebook says which of these pause a clock."""

    WAITING_CUSTOMER = "waiting_customer"
    WAITING_UNIT = "waiting_unit"


class EventKind(StrEnum):
    """What can happen to a case; the ledger holds nothing else."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    LINKED = "linked"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    NOTED = "noted"
    PROMISED = "promised"
    PROMISE_KEPT = "promise_kept"
    HELD = "held"
    RESUMED = "resumed"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    CARRIED_OUT = "carried_out"
    FED_BACK = "fed_back"
    FINAL_POSITION_GIVEN = "final_position_given"
    CONTACTED = "contacted"
    SURVEYED = "surveyed"
    ANSWERED = "answered"
    ANALYSED = "analysed"
    CONFIRMED = "confirmed"
    SCORED = "scored"
    MAIN_ENDED = "main_ended"
    ROUND_OPENED = "round_opened"
    DRAWN = "drawn"
    REPLICATE_RELEASED = "replicate_released"
    CONTACTS_ENDED = "contacts_ended"
    SUMMARISED = "summarised"
    ASSESSED = "assessed"
    ROUND_CANCELLED = "round_cancelled"
    CONTACT_OPENED = "contact_opened"
    LINK_SENT = "link_sent"
    QUESTIONNAIRE_ANSWERED = "questionnaire_answered"
    CONTACT_ENDED = "contact_ended"
    CONTACT_RECORDED = "contact_recorded"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    STEP_FAILED = "step_failed"
    QUARANTINED = "quarantined"
    RELEASED = "released"
    IDENTIFIED = "identified"
    SETTLED = "settled"
    AGREED = "agreed"
    ADVANCED = "advanced"
    VOUCHERED = "vouchered"
    VOUCHER_CONFIRMED = "voucher_confirmed"
    VOUCHER_RETURNED = "voucher_returned"
    PAID = "paid"
    LIABILITY_FOUND = "liability_found"
    LIABILITY_APPEALED = "liability_appealed"
    REFERRED = "referred"
    REGULATOR_ANSWERED = "regulator_answered"
    ERASED = "erased"
    REDERIVED = "rederived"
    """A new rulebook or calendar moved deadlines that were still to come."""
    ACKNOWLEDGED = "acknowledged"
    REPORTED = "reported"
    GRADED = "graded"
    REGRADED = "regraded"
    TRACED = "traced"
    INCIDENT_ACKNOWLEDGED = "incident_acknowledged"
    CLIMBED = "climbed"
    AUTHORITY_TOLD = "authority_told"
    FORM_FILLED = "form_filled"
    ATTACHED = "attached"
    CONTAINED = "contained"
    INVESTIGATED = "investigated"
    DELIVERED = "delivered"
    RESPONDED = "responded"
    PRESUMED = "presumed"
    FINDING_MADE = "finding_made"
    APPEALED = "appealed"
    CORRECTION_PLANNED = "correction_planned"
    CORRECTED = "corrected"
    EFFECT_CHECKED = "effect_checked"
    ROOT_CAUSE_NAMED = "root_cause_named"
    CONCLUDED = "concluded"
    REACHED_OUT = "reached_out"
    NOTICE_OPENED = "notice_opened"
    CUSTOMER_TOLD = "customer_told"
    JOINED = "joined"
    TURNED_INTO_COMPLAINT = "turned_into_complaint"
    TURN_ASKED = "turn_asked"
    TURN_REFUSED = "turn_refused"
    TURNED_INTO_REQUEST = "turned_into_request"
    PROMISES_AWAITED = "promises_awaited"


class ClockName(StrEnum):
    """The deadlines a case can have; `promise`, `authority` and `correction` may stand several times."""

    ACKNOWLEDGE = "acknowledge"
    CLASSIFY = "classify"
    RESOLVE = "resolve"
    STATUTORY = "statutory"
    FEED_BACK = "feed_back"
    REVISIT = "revisit"
    ANSWER = "answer"
    CALL_BACK = "call_back"
    PROMISE = "promise"
    HOLD = "hold"
    ASSIGN_AGAIN = "assign_again"
    UNIT_ANSWER = "unit_answer"
    """The counterpart unit answers, in its own hours."""
    AWAY = "away"
    """Its owner has been away for as long as the rulebook lets a case wait for him."""
    CLOSING = "closing"
    """The end of a round of revisits, for it and for its contacts."""
    ASSESS = "assess"
    PAYMENT = "payment"
    """A voucher is with finance; it runs on when the case is closed."""
    REGULATOR = "regulator"
    """The regulator waits for an answer; it runs on when the case is closed."""
    INCIDENT_ACKNOWLEDGE = "incident_acknowledge"
    AUTHORITY = "authority"
    FORM = "form"
    CONTAIN = "contain"
    INVESTIGATE = "investigate"
    DELIVER = "deliver"
    COUNTERPART = "counterpart"
    FINDING = "finding"
    PLAN = "plan"
    CORRECTION = "correction"
    EFFECT = "effect"
    CONCLUDE = "conclude"
    CUSTOMER_NOTICE = "customer_notice"


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


class IncidentKind(StrEnum):
    """What happened to goods in the firm's hands (the seven kinds of freight incident, and misdelivery)."""

    FIRE = "fire"
    THEFT = "theft"
    LOSS = "loss"
    DAMAGE = "damage"
    SPOILAGE = "spoilage"
    CONTAMINATION = "contamination"
    MISDELIVERY = "misdelivery"
    OTHER = "other"


class ManualService(StrEnum):
    """The five acceptance flows of manual service 人工受理 (domain.md §1)."""

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
    CORRECTION_PLANNED = "correction_planned"
    TEST = "test"


class AlarmName(StrEnum):
    """What the watch looks for."""

    QUARANTINE = "quarantine"
    NO_WORKER = "no_worker"
    OLDEST_DUE = "oldest_due"
    DEADLINE_MISSED = "deadline_missed"


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
    """The customer refused what it was for."""


class LiableKind(StrEnum):
    UNIT = "unit"
    CARRIER = "carrier"
    """An outside firm that carries for us."""
