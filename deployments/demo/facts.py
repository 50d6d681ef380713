"""What a simulated caller knows: who he is, his shipment, and figures and dates that agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from models.values.vocabulary import BusinessLine

from .texts import Courier, Template, Texts, expand

_DEFAULTS = {"days": (3, 6), "amount": (80, 900), "fee": (5, 30), "pieces": (2, 12)}
_NUMERALS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")
_PHONES = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Nobody real. Name and phone are missing where the caller does not give them."""

    surname: str
    name: str | None
    phone: str | None
    company: str | None


def phone(number: int) -> str:
    """The `number`-th invented phone: 1700000 and four scattered digits, new for 10 000 callers, then again.

    China reserves no numbers for fiction; a run of five zeros in this block is as near as one gets.
    """
    return f"1700000{number * 7919 % _PHONES:04d}"


def caller(template: Template, texts: Texts, rng: Random, number: int) -> Caller:
    """Who says this: a clerk, somebody with a name, somebody with only a phone, or nobody at all."""
    people = texts.words["people"]
    surname = rng.choice(people["surnames"])
    if template.style == "clerk":
        companies = texts.words["companies"]
        company = rng.choices(list(companies), [each["weight"] for each in companies.values()])[0]
        return Caller(surname, f"{company} {surname}{rng.choice(people['desk'])}", phone(number), company)
    openness = rng.random()
    if openness < 0.12 and "{phone}" not in template.text:
        return Caller(surname, None, None, None)
    if openness < 0.35:
        return Caller(surname, None, phone(number), None)
    ending = rng.choice(people["titles"] if rng.random() < 0.6 else people["given"])
    return Caller(surname, f"{surname}{ending}", phone(number), None)


class Facts:
    """The facts of one shipment: drawn when first asked for, the same ever after."""

    def __init__(self, texts: Texts, line: BusinessLine, who: Caller, day: date, rng: Random) -> None:
        self.line, self.caller = line, who
        self._texts, self._day, self._rng = texts, day, rng
        courier: Courier = rng.choice([each for each in texts.couriers if each.line is line])
        digits = "".join(rng.choice("0123456789") if char == "#" else char for char in courier.waybill)
        places: list[str] = texts.words["ports"] if line is BusinessLine.SEA else texts.words["slots"]["city"]
        city, to = rng.sample(places, 2)
        self.waybill = digits
        self._known = {
            "waybill": digits,
            "courier": courier.name,
            "city": city,
            "to": to,
            "surname": who.surname,
        }
        self._known |= {"phone": who.phone or "", "company": who.company or ""}
        if who.company:
            self._known["cargo"] = rng.choice(texts.words["companies"][who.company]["cargo"])
        self._figures: dict[str, int] = {}

    def say(self, pattern: str) -> str:
        return expand(pattern, self._rng, self._slot)

    def suit(self, template: Template) -> None:
        """Draw the figures a template speaks of; what is known already stays where it fits."""
        for name, default in _DEFAULTS.items():
            low, high = template.figures.get(name, default)
            if not low <= self._figures.get(name, -1) <= high:
                self._figures[name] = _rounded(self._rng.randint(low, high))
        days, pieces = self._figures["days"], self._figures["pieces"]
        late = max(1, days // 2)
        missing = self._rng.randint(1, max(1, pieces // 2))
        self._known |= {
            "days": self._count(days),
            "late": self._count(late),
            "sent": self._date(-days),
            "promised": self._date(-late),
            "recent": self._date(-min(2, max(1, late - 1))),
            "coming": self._date(self._rng.randint(1, 3)),
            "amount": str(self._figures["amount"]),
            "fee": str(self._figures["fee"]),
            "pieces": self._count(pieces),
            "missing": self._count(missing),
            "arrived": self._count(pieces - missing),
        }

    def _slot(self, name: str) -> str:
        if name not in self._known:
            words: list[str] = self._texts.words["slots"][name]
            self._known[name] = self._rng.choice(words)
        return self._known[name]

    def _count(self, number: int) -> str:
        return _NUMERALS[number] if number <= 10 and self._rng.random() < 0.4 else str(number)

    def _date(self, offset: int) -> str:
        near = {-2: "前天", -1: "昨天", 1: "明天", 2: "后天"}
        if offset in near and self._rng.random() < 0.7:
            return near[offset]
        then = self._day + timedelta(days=offset)
        forms = [f"{then.month}月{then.day}日", f"{then.month}月{then.day}号"]
        if then.month == self._day.month:
            forms.append(f"{then.day}号")
        return self._rng.choice(forms)


def _rounded(number: int) -> int:
    """Sums as people say them: 8 437 becomes 8 400, within the range of any template."""
    step = 100 if number > 5_000 else 10 if number > 200 else 1
    return number - number % step
