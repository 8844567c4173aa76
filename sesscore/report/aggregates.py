"""What `report daily`, `weekly` and `monthly` share: a document for each piece of the period, and for its sensors."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sesscore.render import moment
from sesscore.report.alerts import Alerts
from sesscore.report.calendar import DAY_US, day_text
from sesscore.report.document import Column, Document, Records
from sesscore.report.pieces import Cut, Piece, Sensor
from sesscore.report.shapes import schema_of
from sesscore.report.snapshot import Snapshot
from sesscore.report.tallies import Fields, Tallies
from sesscore.report.values import Kind

# From a piece, what happened in it, and the number of its sensor, to what the report says of it.
Told = Callable[[Piece, Tallies, int | None], Fields]

TOP = [{"value": str, "count": int}]
SHAPE: Fields = {"@timestamp": str, "generated_at": str, "report_type": str, "sensor": str}
COLUMNS = (
    Column("sessions.total", Kind.COUNT, "sessions"),
    Column("sessions.unique_ips", Kind.COUNT, "sources"),
    Column("sessions.unique_usernames", Kind.COUNT, "user names"),
    Column("sessions.unique_passwords", Kind.COUNT, "passwords"),
    Column("commands.total", Kind.COUNT, "commands"),
    Column("commands.unique", Kind.COUNT, "unique"),
    Column("files.downloads_total", Kind.COUNT, "downloads"),
    Column("files.uploads_total", Kind.COUNT, "uploads"),
    Column("files.unique_hashes", Kind.COUNT, "hashes"),
)


def compose(
    snapshot: Snapshot, cut: Cut, section: str, columns: Sequence[Column], shape: Fields, told: Told
) -> Document:
    """A section of documents. If the period is one piece, its fields stand at the top, too."""
    documents = _documents(snapshot, cut, told)
    head: Fields = {}
    if cut.single(snapshot):
        (head,) = found = list(documents)
        documents = iter(found)
    schema = schema_of({**SHAPE, **shape, "sensors": [{**SHAPE, **shape}]})
    title = section.capitalize()
    return snapshot.document([Records(section, title, (*columns, *COLUMNS), documents, schema=schema)], head=head)


def _documents(snapshot: Snapshot, cut: Cut, told: Told) -> Iterator[Fields]:
    for piece in cut.pieces(snapshot):
        tallies = Tallies(snapshot, piece, snapshot.sensor_id)
        whole = _document(snapshot, piece, snapshot.sensor or "aggregate", told(piece, tallies, snapshot.sensor_id))
        if snapshot.sensor is None:
            sensors = [_of_sensor(snapshot, piece, sensor, tallies, told) for sensor in piece.seen]
        else:
            sensors = [whole] if piece.seen else []
        yield {**whole, "sensors": sensors}


def _of_sensor(snapshot: Snapshot, piece: Piece, sensor: Sensor, tallies: Tallies, told: Told) -> Fields:
    sensor_id, name = sensor
    alone = len(piece.seen) == 1  # then what all saw is what it saw
    own = tallies if alone else Tallies(snapshot, piece, sensor_id)
    return _document(snapshot, piece, name, told(piece.of(sensor), own, sensor_id))


def _document(snapshot: Snapshot, piece: Piece, sensor: str, fields: Fields) -> Fields:
    """With what stands first. `@timestamp` is the beginning: the same database gives the same bytes."""
    return {
        "@timestamp": moment(piece.first * DAY_US),
        "generated_at": None,
        "report_type": snapshot.report.name,
        "sensor": sensor,
        **fields,
    }


def date_range(piece: Piece) -> Fields:
    """The first and the last day."""
    return {"start": day_text(piece.first), "end": day_text(piece.end - 1)}


def counts(fields: Fields) -> Fields:
    """Without its lists."""
    return {name: value for name, value in fields.items() if not name.startswith("top_")}


def alerts_by_day(alerts: Alerts, piece: Piece, tallies: Tallies, sensor_id: int | None) -> list[dict[str, Any]]:
    """The alerts of all its days, each with its date first. What was counted for the piece is not asked for again."""
    found, addresses = [], tallies.addresses
    for day in piece.days:
        if day in addresses:
            alerts.tell(day, sensor_id, addresses[day])
        found += [{"date": day_text(day), **alert} for alert in alerts.of(day, sensor_id)]
    return found
