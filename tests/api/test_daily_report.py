"""GET /reports/daily: a day and its shifts, as JSON and as CSV."""

import csv
import io
from datetime import timedelta

from flows.daily.telling import tell
from tests.api.centre import MORNING, is_problem


async def told(centre, now=MORNING + timedelta(days=1)):
    office = centre.office
    async with centre.engine.begin() as connection:
        await tell(connection, office.resources.seal, office.desk.policies.current, now)


async def test_a_day_is_told_as_json_and_as_csv(centre):
    await centre.carried()
    await told(centre, MORNING)
    await told(centre)
    report = (await centre.manager.get("/reports/daily", day="2026-03-04")).json()
    assert report["received"]["cases"] == 1
    assert report["received"]["by_category"] == {"delay": 1}
    assert [one["shift"] for one in report["shifts"]] == ["early"]
    assert (await centre.manager.get("/reports/daily")).json() == report
    answer = await centre.manager.get("/reports/daily", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = {(row["group"], row["name"]): row["value"] for row in csv.DictReader(io.StringIO(answer.text))}
    assert rows["received by_category", "delay"] == "1"
    assert rows["promises", "due"] == "0"
    assert rows["open", ""] == "1"
    assert rows["shift early", "cases"] == str(report["shifts"][0]["cases"])


async def test_a_day_nobody_told_yet_is_not_found_and_a_day_that_is_none_refused(centre):
    is_problem(await centre.manager.get("/reports/daily"), 404)
    await told(centre)
    is_problem(await centre.manager.get("/reports/daily", day="2026-03-05"), 404)
    for wrong in ("yesterday", "2026-13-01", "", "1741046400"):
        problem = is_problem(await centre.manager.get("/reports/daily", day=wrong), 404, 422)
        assert "yesterday" not in str(problem)
    is_problem(await centre.web_form.get("/reports/daily"), 404)
