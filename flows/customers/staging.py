"""From the staging tables into the real ones: set by set, what is equal is not touched.

An empty cell is not known, so it never takes away what is. Shipments of one order that contradict each other within a
file: the first line counts.
"""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

CUSTOMERS = ("line", "code", "name", "name_key", "business_line", "branch", "prospect", "do_not_call")
PHONES = ("line", "code", "key", "number")

TABLES = (
    """CREATE TEMP TABLE staged_customers (line bigint, code text, name bytea, name_key text, business_line text,
        branch text, prospect boolean, do_not_call boolean) ON COMMIT DROP""",
    "CREATE TEMP TABLE staged_phones (line bigint, code text, key text, number bytea) ON COMMIT DROP",
)


def shipments_table(columns: Sequence[tuple[str, str]]) -> str:
    """`columns`: name and type of what the file holds of a shipment."""
    listed = ", ".join(f"{name} {kind}" for name, kind in columns)
    return f"CREATE TEMP TABLE staged_shipments (line bigint, code text, {listed}) ON COMMIT DROP"


def _last(column: str) -> str:
    return f"(array_agg({column} ORDER BY line DESC) FILTER (WHERE {column} IS NOT NULL))[1] AS {column}"


SAVE_CUSTOMERS = text(
    f"""WITH wanted AS (
        SELECT code, {", ".join(_last(column) for column in CUSTOMERS[2:])} FROM staged_customers GROUP BY code
    ), final AS (
        SELECT wanted.code, c.id,
            CASE WHEN wanted.name_key IS NULL OR wanted.name_key = c.name_key THEN c.name ELSE wanted.name END AS name,
            coalesce(wanted.name_key, c.name_key) AS name_key, coalesce(wanted.business_line, c.line) AS line,
            coalesce(wanted.branch, c.branch) AS branch,
            coalesce(wanted.prospect, c.prospect, false)
                AND NOT EXISTS (SELECT FROM shipments WHERE shipments.customer_id = c.id) AS prospect,
            coalesce(wanted.do_not_call, c.do_not_call, false) AS do_not_call
        FROM wanted LEFT JOIN customers c ON c.code = wanted.code
    ), saved AS (
        INSERT INTO customers (code, name, name_key, line, branch, prospect, do_not_call)
        SELECT final.code, final.name, final.name_key, final.line, final.branch, final.prospect, final.do_not_call
        FROM final LEFT JOIN customers c ON c.id = final.id
        WHERE c.id IS NULL OR (final.name_key, final.line, final.branch, final.prospect, final.do_not_call)
            IS DISTINCT FROM (c.name_key, c.line, c.branch, c.prospect, c.do_not_call)
        ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, name_key = EXCLUDED.name_key, line = EXCLUDED.line,
            branch = EXCLUDED.branch, prospect = EXCLUDED.prospect, do_not_call = EXCLUDED.do_not_call
        RETURNING xmax = 0 AS fresh
    )
    SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM saved"""  # noqa: S608 - our own text
)

COUNT_CUSTOMERS = text("SELECT count(DISTINCT code) FROM staged_customers")

SAVE_CODES = text(
    """WITH saved AS (
        INSERT INTO customers (code) SELECT DISTINCT code FROM staged_shipments s
        WHERE NOT EXISTS (SELECT FROM customers WHERE customers.code = s.code)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*) FROM saved"""
)

SAVE_PHONES = text(
    """WITH saved AS (
        INSERT INTO phones (key, customer_id, number)
        SELECT DISTINCT ON (s.key) s.key, c.id, s.number FROM staged_phones s JOIN customers c ON c.code = s.code
        WHERE NOT EXISTS (SELECT FROM phones WHERE phones.key = s.key)
        ORDER BY s.key, s.line
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*) FROM saved"""
)

SHARED_PHONES = text(
    """SELECT min(s.line) AS line, c.id AS customer_id, p.customer_id AS of_id, min(owner.code) AS code
    FROM staged_phones s JOIN customers c ON c.code = s.code JOIN phones p ON p.key = s.key
    JOIN customers owner ON owner.id = p.customer_id
    WHERE coalesce(c.merged_into, c.id) <> coalesce(owner.merged_into, owner.id)
    GROUP BY c.id, p.customer_id ORDER BY 1"""
)

NOTE_DUPLICATES = text(
    "INSERT INTO possible_duplicates (customer_id, of_id) VALUES (:customer_id, :of_id) ON CONFLICT DO NOTHING"
)

FIND_REPEATED = """CREATE TEMP TABLE repeated ON COMMIT DROP AS
    SELECT code, order_id, min(line) AS first FROM staged_shipments GROUP BY code, order_id HAVING count(*) > 1"""

DROP_REPEATED = text(
    """DELETE FROM staged_shipments s USING repeated r
    WHERE s.code = r.code AND s.order_id = r.order_id AND s.line > r.first"""
)

BECOME_CUSTOMERS = text(
    """UPDATE customers SET prospect = false FROM (SELECT DISTINCT code FROM staged_shipments) s
    WHERE customers.code = s.code AND customers.prospect"""
)


def contradictions(columns: Sequence[str]) -> TextClause:
    """Lines that say something else about an order than its first line."""
    ours, theirs = (", ".join(f"{table}.{name}" for name in columns) for table in ("s", "f"))
    return text(
        f"""SELECT s.line, r.first FROM staged_shipments s
        JOIN repeated r ON r.code = s.code AND r.order_id = s.order_id JOIN staged_shipments f ON f.line = r.first
        WHERE s.line > r.first AND ({ours}) IS DISTINCT FROM ({theirs}) ORDER BY s.line"""  # noqa: S608 - our own names
    )


def save_shipments(columns: Sequence[str]) -> TextClause:
    """`columns`: what the file holds of a shipment, order_id among them."""
    others = [name for name in columns if name != "order_id"]
    final = {name: f"coalesce(s.{name}, t.{name})" for name in others}
    return text(
        f"""WITH saved AS (
            INSERT INTO shipments (customer_id, order_id, {", ".join(others)})
            SELECT c.id, s.order_id, {", ".join(final.values())}
            FROM staged_shipments s JOIN customers c ON c.code = s.code
            LEFT JOIN shipments t ON t.customer_id = c.id AND t.order_id = s.order_id
            WHERE t.customer_id IS NULL OR ({", ".join(final.values())})
                IS DISTINCT FROM ({", ".join(f"t.{name}" for name in others)})
            ON CONFLICT (customer_id, order_id) DO UPDATE SET {", ".join(f"{n} = EXCLUDED.{n}" for n in others)}
            RETURNING xmax = 0 AS fresh
        )
        SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM saved"""  # noqa: S608 - our own names
    )
