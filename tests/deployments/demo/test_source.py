"""A file of complaints: what can be used is used, what cannot is named by its line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.demo.line import MAX_TEXT
from deployments.demo.source import MAX_LINE, BrokenLine, ReadResult, SourceError, read
from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Party, Severity

GOOD = '{"text": "包裹三天没动"}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "complaints.jsonl"


def of(file: Path, *lines: str | bytes) -> ReadResult:
    file.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return read(file)


def test_text_alone_is_enough(file: Path) -> None:
    result = of(file, GOOD)
    (request,) = result.requests
    assert (request.reference, request.text, request.labels) == ("L1", "包裹三天没动", None)
    assert (request.channel, request.party) == (Channel.WEB, Party.UNKNOWN)
    assert (result.broken, result.notes) == ([], [])


def test_every_field_arrives(file: Path) -> None:
    line: dict[str, object] = {
        "id": "A1",
        "text": "少了一件",
        "kind": "complaint",
        "category": "loss",
        "secondary": "delay",
    }
    line |= {"severity": "serious", "business_line": "road", "remedy_sought": "补发", "source": "somewhere"}
    line |= {"waybill": 12345678, "channel": "phone", "party": "consignee", "name": "闻先生"}
    line |= {"phone": "17000000001", "of_the_future": True}
    (request,) = of(file, json.dumps(line)).requests
    assert request.labels
    assert (request.labels.kind, request.labels.category) == (Kind.COMPLAINT, Category.LOSS)
    assert (request.labels.secondary, request.labels.severity) == (Category.DELAY, Severity.SERIOUS)
    assert request.labels.business_line is BusinessLine.ROAD
    assert request.intake() == {
        "reference": "A1",
        "text": "少了一件",
        "remedy_sought": "补发",
        "waybill": "12345678",
        "channel": "phone",
        "party": "consignee",
        "caller": {"name": "闻先生", "phone": "17000000001"},
    }


def test_the_caller_may_be_an_object_as_in_the_api(file: Path) -> None:
    (request,) = of(file, '{"text": "喂", "caller": {"name": "郁女士", "phone": "17000000002"}}').requests
    assert (request.caller_name, request.caller_phone) == ("郁女士", "17000000002")


def test_nulls_and_empty_strings_are_not_given(file: Path) -> None:
    (request,) = of(file, '{"text": "喂", "id": "", "kind": null, "category": "", "waybill": " "}').requests
    assert (request.reference, request.labels, request.waybill) == ("L1", None, None)


def test_a_category_alone_means_a_complaint(file: Path) -> None:
    (request,) = of(file, '{"text": "喂", "category": "delay"}').requests
    assert request.kind is Kind.COMPLAINT


def test_the_category_of_what_is_no_complaint_is_left_out_and_said(file: Path) -> None:
    result = of(file, GOOD, '{"text": "到哪了", "kind": "enquiry", "category": "delay"}')
    assert result.requests[1].category is None
    assert result.notes == ["Line 2: only complaints have a category; it was left out."]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not valid JSON"),
        ("喂", "not valid JSON"),
        ("[1]", "not an object"),
        ('"text"', "not an object"),
        ("{}", "has no text"),
        ('{"text": null}', "has no text"),
        ('{"text": 5}', "text is not a string"),
        ('{"text": ["a"]}', "text is not a string"),
        ('{"text": ""}', "text is empty"),
        ('{"text": " \\n "}', "text is empty"),
        (json.dumps({"text": "长" * (MAX_TEXT + 1)}), "text is longer than 10,000 characters"),
        ('{"text": "a\\u0000b"}', "text contains a NUL byte"),
        ('{"text": "a\x00b"}', "not valid JSON"),
        ('{"text": "a\\ud83d"}', "text contains half a surrogate pair"),
        ('{"text": "a", "waybill": "\\udc00"}', "waybill contains half a surrogate pair"),
        ('{"text": "a", "remedy_sought": {}}', "remedy_sought is not a string"),
        ('{"text": "a", "remedy_sought": 5}', "remedy_sought is not a string"),
        ('{"text": "a", "id": true}', "id is not a string"),
        (json.dumps({"text": "a", "id": "x" * 201}), "id is longer than 200 characters"),
        ('{"text": "a", "kind": "grievance"}', "kind is none of complaint, enquiry"),
        ('{"text": "a", "kind": 1}', "kind is none of"),
        ('{"text": "a", "category": "late"}', "category is none of delay"),
        ('{"text": "a", "secondary": []}', "secondary is none of delay"),
        ('{"text": "a", "severity": "huge"}', "severity is none of minor"),
        ('{"text": "a", "business_line": "rail"}', "business_line is none of express"),
        ('{"text": "a", "channel": "pigeon"}', "channel is none of phone"),
        ('{"text": "a", "party": "friend"}', "party is none of cargo_owner"),
        ('{"text": "a", "id": ' + "9" * 5_000 + "}", "not JSON anybody can use"),
        ("[" * 200_000, "not JSON anybody can use"),
        (b'{"text": "\xff\xfe"}', "not valid UTF-8"),
        ('{"text": "' + "a" * MAX_LINE + '"}', "longer than 1,000,000 bytes"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(file: Path, line: str | bytes, reason: str) -> None:
    result = of(file, GOOD, line, GOOD)
    assert [each.reference for each in result.requests] == ["L1", "L3"]
    (broken,) = result.broken
    assert broken.number == 2
    assert reason in broken.reason
    assert broken.reason.endswith(".")


def test_the_longest_text_allowed_is_read_however_it_is_escaped(file: Path) -> None:
    (request,) = of(file, json.dumps({"text": "😀" * MAX_TEXT})).requests
    assert len(request.text) == MAX_TEXT


def test_an_id_used_twice_is_broken(file: Path) -> None:
    result = of(file, '{"id": 7, "text": "a"}', "", '{"id": "7", "text": "b"}')
    assert result.broken == [BrokenLine(3, "its id is that of line 1 already.")]


def test_an_id_on_a_broken_line_is_free_again(file: Path) -> None:
    result = of(file, '{"id": 7, "text": ""}', '{"id": 7, "text": "b"}')
    assert [each.number for each in result.broken] == [1]
    assert [each.reference for each in result.requests] == ["7"]


def test_blank_lines_count_but_are_skipped(file: Path) -> None:
    result = of(file, "", "  \r", GOOD + "\r", "\t", GOOD, "")
    assert [each.reference for each in result.requests] == ["L3", "L5"]
    assert result.broken == []


def test_a_byte_order_mark_is_no_part_of_the_line(file: Path) -> None:
    result = of(file, b"\xef\xbb\xbf" + GOOD.encode(), GOOD)
    assert (len(result.requests), result.broken, result.notes) == (2, [], [])


def test_gb18030_is_read_with_a_note(file: Path) -> None:
    result = of(file, GOOD.encode("gb18030"), '{"text": "plain"}', '{"text": "快递员态度差"}'.encode("gb18030"))
    assert [each.text for each in result.requests] == ["包裹三天没动", "plain", "快递员态度差"]
    assert result.notes == ["complaints.jsonl is not UTF-8; it was read as GB18030."]


def test_one_gb18030_line_does_not_turn_a_utf8_file(file: Path) -> None:
    result = of(file, GOOD, GOOD.encode("gb18030"), GOOD)
    assert [each.number for each in result.broken] == [2]
    assert result.notes == []


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(file: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="is empty"):
        of(file, content)


def test_a_missing_file_is_refused(file: Path) -> None:
    with pytest.raises(SourceError, match="There is no file"):
        read(file)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a directory"):
        read(tmp_path)


def test_what_is_no_regular_file_is_refused() -> None:
    with pytest.raises(SourceError, match="not a regular file"):
        read(Path("/dev/null"))


def test_a_name_with_a_nul_byte_is_refused() -> None:
    with pytest.raises(SourceError, match="NUL byte"):
        read(Path("a\x00b"))


def test_a_path_too_long_is_refused() -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(Path("a" * 5_000))


def test_utf16_is_refused_with_the_way_out(file: Path) -> None:
    with pytest.raises(SourceError, match="save it as UTF-8"):
        of(file, GOOD.encode("utf-16"))


def test_requests_arrive_over_a_day_in_the_order_of_the_file(file: Path) -> None:
    requests = of(file, *[GOOD] * 200).requests
    assert [each.reference for each in requests] == [f"L{number}" for number in range(1, 201)]
    assert [each.received for each in requests] == sorted(each.received for each in requests)
    assert requests[-1].received - requests[0].received > timedelta(hours=6)


def test_temperament_goes_with_reference_and_seed(file: Path) -> None:
    both = of(file, '{"id": "x", "text": "a"}', '{"id": "y", "text": "b"}').requests
    (alone,) = of(file, '{"id": "y", "text": "b"}').requests
    assert alone.temperament == both[1].temperament
    requests = of(file, *[GOOD] * 20).requests
    assert [each.temperament for each in read(file, seed=1).requests] != [each.temperament for each in requests]


EVERY_FILE = settings(
    max_examples=200,
    deadline=None,  # busy machines write files slowly
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([GOOD.encode(), GOOD.encode("gb18030"), b"\n", b"\r\n", b"\xef\xbb\xbf", b'{"text": "', b'"}']),
)


@given(st.lists(PIECES, max_size=30).map(b"".join))
@EVERY_FILE
def test_whatever_a_file_holds_nothing_but_a_source_error_is_raised(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        result = read(file)
    except SourceError:
        return
    numbers = [each.number for each in result.broken]
    assert numbers == sorted(set(numbers))
    for request in result.requests:
        json.dumps(request.intake(), ensure_ascii=False).encode()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
JSON = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
FIELDS = [
    "id",
    "text",
    "kind",
    "category",
    "secondary",
    "severity",
    "remedy_sought",
    "waybill",
    "channel",
    "caller",
]


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON), min_size=1, max_size=5))
@EVERY_FILE
def test_every_line_is_either_a_request_or_broken(file: Path, lines: list[dict[str, object]]) -> None:
    result = of(file, *map(json.dumps, lines))
    assert len(result.requests) + len(result.broken) == len(lines)
