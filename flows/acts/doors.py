"""The other doors: enquiry, consultation, suggestion, manual service. What it is, is known from the door."""

from typing import ClassVar

from flows.acts.receive import Complaint
from models.values.request import RequestDetails
from models.values.vocabulary import Kind, ManualService


class Enquiry(Complaint):
    """What a caller wants to know of a shipment."""

    kind: ClassVar[Kind] = Kind.ENQUIRY

    @property
    def door(self) -> RequestDetails:
        return RequestDetails(door=self.kind)


class Consultation(Enquiry):
    """What a caller wants to know of services, prices, rules."""

    kind: ClassVar[Kind] = Kind.CONSULTATION


class Suggestion(Enquiry):
    """What a caller thinks could be better; it gets an owner and an answer."""

    kind: ClassVar[Kind] = Kind.SUGGESTION


class Service(Enquiry):
    """One of the five manual services a caller asks for."""

    kind: ClassVar[Kind] = Kind.MANUAL_SERVICE
    service: ManualService

    @property
    def door(self) -> RequestDetails:
        return RequestDetails(door=self.kind, service=self.service)
