"""From the records of a file to rows ready for staging: parsed, keyed, sealed; a bad row is a fault of its line."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flows.customers import identity
from flows.customers.columns import CODE, PERSON, SHIPMENT, Layout
from flows.customers.table_file import Fault, Record
from flows.rules import rows as rules
from flows.rules.identity import split_phones
from models.sealing import Seal
from models.values.case import Reason

BATCH = 20_000
SEEN_AT_MOST = 100_000
"""How many customers are remembered, so that a file of shipments does not seal a name for every line."""

Rows = list[tuple[Any, ...]]
KEYED = {"consignor": "consignor_key", "consignee": "consignee_key"}
Report = Callable[[Fault], None]


@dataclass
class Batch:
    """Rows for the three staging tables."""

    customers: Rows = field(default_factory=list)
    phones: Rows = field(default_factory=list)
    shipments: Rows = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.customers) + len(self.shipments)


@dataclass
class Reader:
    """Reads the rows of one file. `erased` holds the keys of customers who must not come back."""

    layout: Layout
    seal: Seal
    currency: str
    prospects: bool
    erased: Container[str]
    anonymous: Callable[[str], str]
    warned: Report
    left_out: Report
    rows: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _parties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._person = [(name, at, PERSON[name].parse) for name, at in self.layout.person]
        self._shipment = [(at, SHIPMENT[name].parse) for name, at in self.layout.shipment]
        names = [name for name, _ in self.layout.shipment]
        self._at = {name: place for place, name in enumerate(names)}
        self._keyed = [self._at[name] for name in KEYED if name in self._at]
        self.columns = ["line", "code", *(KEYED.get(name, name) for name in names)]
        if names and "currency" not in self._at:
            self.columns.append("currency")

    def batches(self, records: Iterable[Record | Fault]) -> Iterator[Batch]:
        batch = Batch()
        for record in records:
            self.rows += 1
            if isinstance(record, Fault):
                self.left_out(record)
                continue
            try:
                self._row(record, batch)
            except rules.BadCell as bad:
                self.left_out(Fault(record.line, bad.reason))
            if len(batch) >= BATCH:
                yield batch
                batch = Batch()
        yield batch

    def _row(self, record: Record, batch: Batch) -> None:
        cells, line = record.cells, record.line
        if len(cells) != self.layout.width:
            zh = f"有 {len(cells)} 列，表头为 {self.layout.width} 列"
            raise rules.BadCell("row", zh, f"has {len(cells)} cells where the header has {self.layout.width}")
        code = CODE.parse(_needed("customer_id", cells[self.layout.code].strip()))
        shipment = self._shipped(cells, line) if self._shipment else None
        person = {name: parse(cell) for name, at, parse in self._person if (cell := cells[at].strip())}
        gone = bool(self.erased) and (key := identity.code_key(self.seal, code)) in self.erased
        if gone:
            code = self.anonymous(key)
            if person:
                self.warned(Fault(line, Reason("客户资料已删除，不再导入", "this customer was erased: kept anonymous")))
        if shipment is not None:
            batch.shipments.append((line, code, *shipment))
        if shipment is None or person:
            self._known(line, code, {} if gone else person, batch)

    def _shipped(self, cells: Any, line: int) -> list[Any]:
        values: list[Any] = [parse(cell) if (cell := cells[at].strip()) else None for at, parse in self._shipment]
        at = self._at
        _needed("order_id", values[at["order_id"]])
        _needed("amount", values[at["amount"]])
        ordered = values[at["ordered_at"]] if "ordered_at" in at else None
        delivered = values[at["delivered_at"]] if "delivered_at" in at else None
        odd = rules.delivered_before_ordered(ordered, delivered) or rules.without_a_day(ordered, delivered)
        if odd is not None:
            self.warned(Fault(line, odd))
        if "currency" not in at:
            values.append(self.currency)
        elif values[at["currency"]] is None:
            values[at["currency"]] = self.currency
        for place in self._keyed:
            values[place] = self._party(values[place]) if values[place] else None
        return values

    def _party(self, party: str) -> str:
        found = self._parties.get(party)
        if found is None:
            if len(self._parties) >= SEEN_AT_MOST:
                self._parties.clear()
            found = self._parties[party] = identity.party_key(self.seal, party)
        return found

    def _known(self, line: int, code: str, person: dict[str, Any], batch: Batch) -> None:
        mark = hash(tuple(person.items()))
        if self._seen.get(code) == mark:
            return
        if len(self._seen) >= SEEN_AT_MOST:
            self._seen.clear()
        self._seen[code] = mark
        name = person.get("name")
        sealed, key = (
            (identity.seal_name(self.seal, name), identity.name_key(self.seal, name)) if name else (None, None)
        )
        prospect = person.get("prospect", True if self.prospects else None)
        rest = (person.get("line"), person.get("branch"), prospect, person.get("do_not_call"))
        batch.customers.append((line, code, sealed, key, *rest))
        for phone in split_phones(person.get("phone", "")):
            number = identity.e164(phone)
            if number is None:
                why = Reason(
                    "phone 不是电话号码，未保存", "phone is not a phone number and is left out; the row is kept"
                )
                self.warned(Fault(line, why))
            else:
                found = identity.phone_key(self.seal, number), identity.seal_phone(self.seal, number)
                batch.phones.append((line, code, *found))


def _needed(column: str, value: Any) -> Any:
    if value is None or value == "":
        raise rules.BadCell(column, "为空", "is empty")
    return value
