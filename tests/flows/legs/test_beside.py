"""Rows beside a case: upserted, sealed, given a key where they have none."""

from datetime import UTC, datetime

from flows.legs.beside import save_rows
from models.values.case import Reason
from models.values.notice_terms import NoticeKind
from models.values.notices import Addressee, notice
from models.values.people_terms import Role

NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)
TITLE, TEXT = Reason("标题", "title"), Reason("张三的货", "the goods of Zhang San")


async def test_a_notice_gets_an_id_and_its_texts_are_sealed(database):
    row = notice(NoticeKind.TEST, Addressee(role=Role.MANAGER), TITLE, TEXT, NOW, must_acknowledge=True)
    async with database.engine.begin() as connection:
        await save_rows(connection, database.seal, [row, row])
    saved = await database.rows("SELECT * FROM notices")
    assert len({one.id for one in saved}) == 2
    assert {(one.kind, one.to_role, one.must_acknowledge, one.pokes) for one in saved} == {
        ("test", "manager", True, False)
    }
    assert "张三".encode() not in saved[0].payload
    opened = database.seal.open(saved[0].payload)
    assert opened == {
        "title": {"zh": "标题", "en": "title"},
        "text": {"zh": "张三的货", "en": "the goods of Zhang San"},
    }


async def test_a_row_of_the_same_key_takes_the_new_values(database):
    first = notice(NoticeKind.TEST, Addressee(), TITLE, TEXT, NOW)
    async with database.engine.begin() as connection:
        await save_rows(connection, database.seal, [first])
        id_ = (await connection.exec_driver_sql("SELECT id FROM notices")).scalar_one()
        again = notice(NoticeKind.ALARM, Addressee(), TITLE, TEXT, NOW, id_=id_)
        await save_rows(connection, database.seal, [again])
    assert await database.rows("SELECT kind FROM notices") == [("alarm",)]
