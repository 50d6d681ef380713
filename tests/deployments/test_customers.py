"""`redress import` and `redress customers`, as people run them."""

from flows.staffing import NewStaff, add_staff
from models.values.people_terms import Role

PEOPLE = "customer_id,name,phone,remark\nc1,王小明,13812345678,x\nc2,赵大,13812345678,x\nc3,李四,12345,x\n"


def assert_nothing_personal(done):
    for personal in ("王小明", "赵大", "李四", "13812345678", "Traceback"):
        assert personal not in done.stdout + done.stderr


async def test_an_import_tells_what_became_of_every_row(redress, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE + "c4,陈五\n")
    rejects = tmp_path / "rejects.csv"
    done = redress("import", "customers", str(path), "--rejects", str(rejects))
    assert done.returncode == 0, "bad rows are a warning"
    assert (
        "4 rows of customers: 3 new, 0 changed, 0 unchanged, 0 repeated in the file, 1 left out, 2 warnings"
        in done.stdout
    )
    assert "Columns that are not ours were ignored: remark" in done.stdout
    assert "line 5 left out: row has 2 cells where the header has 4" in done.stderr
    assert [line.split(",")[:2] for line in rejects.read_text().splitlines()] == [
        ["4", "warning"],
        ["5", "left out"],
        ["3", "warning"],
    ]
    assert_nothing_personal(done)
    path.write_text(PEOPLE)
    assert "nothing changed" in redress("import", "customers", str(path)).stdout


async def test_a_file_of_no_use_exits_with_one(redress, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,order_id,amount,ordered_at\nc1,o1,many,2024-03-01\n")
    done = redress("import", "shipments", str(path))
    assert done.returncode == 1
    assert "no row of the file could be imported" in done.stderr
    path.write_text("13812345678,王小明\n")
    done = redress("import", "shipments", str(path))
    assert done.returncode == 1
    assert "the header lacks customer_id, order_id, amount" in done.stderr
    assert_nothing_personal(done)


async def test_customers_are_merged_corrected_shown_and_erased_by_command(redress, database, tmp_path):
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("组长", Role.SUPERVISOR))
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    redress("import", "customers", str(path))
    by = ("--by", "组长", "--reason", "同一人")
    assert "c1" in redress("customers", "duplicates").stdout
    assert "c2 is c1 from now on" in redress("customers", "merge", "c2", "--into", "c1", *by).stdout
    again = redress("customers", "merge", "c2", "--into", "c1", *by)
    assert (again.returncode, "was merged already" in again.stderr) == (1, True)
    shown = redress("customers", "show", "c2")
    assert "王**" in shown.stdout
    assert_nothing_personal(shown)
    assert redress("customers", "unmerge", "c2", *by).returncode == 0
    done = redress("customers", "correct", "c3", "--by", "组长", "--add-phone", says="13900000003\n")
    assert done.returncode == 0, done.stderr
    assert await database.value("SELECT count(*) FROM phones") == 2
    assert "0 stale records" in redress("customers", "stale").stdout
    erased = redress("customers", "erase", "c1", *by, "--yes")
    assert "Shipments stand under erased-" in erased.stdout
    assert_nothing_personal(erased)
    unknown = redress("customers", "erase", "nobody", *by, "--yes")
    assert (unknown.returncode, "no such thing" in unknown.stderr) == (1, True)
