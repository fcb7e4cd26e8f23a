"""Files to a Dataset: the reader by content, the columns by name, type and content."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from .. import _core
from .._dataset import Dataset, OddCells, Schema
from .._frames import Array, Column, Frames, Kind, Strings, Table, check_kind
from .._zones import tzif
from . import delimited, lines, parquet
from .gathering import Text, as_texts
from .name_columns import NameColumn
from .number_columns import NumberColumn, style_of
from .schema import Recognised, Sample, check_roles, lacks, recognise
from .sources import Paths, Source, chunks, find
from .time_columns import TimeColumn

TEMPLATES = 1000
_TEXT_KEPT_BELOW = 64 << 20  # bytes of input up to which text columns without a role are kept
_Read: TypeAlias = tuple[Table, Recognised, dict[str, OddCells], Table | None, list[int]]
_NAMES = ("service", "endpoint", "method", "client", "error")


def read(
    path: Paths,
    workload: str | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    tz: str | None = None,
    log_format: str | None = None,
    decimal: str | None = None,
    frame: Kind | None = None,
) -> Dataset:
    """Read a log: CSV (also .gz), Parquet, JSON lines, access logs; a file, a folder, a glob or a list.

    The format is told from the content. Columns are recognised by name, type and content; what was
    recognised and why stands in ``dataset.schema.how``. URL paths are templated (``/users/123`` becomes
    ``/users/{id}``, query strings go).

    Parameters
    ----------
    path : path or list of paths
        Several files are read in order of name and must be of one format.
    workload : str, optional
        ``"requests"``, the only one so far.
    columns : mapping of str to str, optional
        Roles the recognition should not guess: ``{"timestamp": "when", "latency": "dur:us",
        "service": "region"}``. Roles: timestamp, service, endpoint, method, latency, status, error,
        client, bytes. The unit of a latency (ns, us, ms, s) follows a colon, so does the format of a
        time (``"when:%d/%m/%Y"``, or an epoch unit).
    tz : str, optional
        Zone of times written without an offset; UTC by default.
    log_format : str, optional
        An nginx ``log_format`` or Apache ``LogFormat`` for an access log of a format of one's own.
    decimal : {",", "."}, optional
        The decimal mark of numbers written as text; the other one, blanks and apostrophes then set
        thousands apart. By default the cells of a column tell: ``1.234,5`` does, ``1,234`` does not.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        Kind of the frames; pandas where it is installed.

    Returns
    -------
    Dataset
        Rows in file order. ``dataset.odd`` has the text of cells that are no value of their column,
        ``dataset.unread`` the lines that are no row.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a file is empty, binary or of no known format, a column is missing, or a unit, a date order or a
        decimal mark cannot be told.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> log = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> _ = log.write_text("time,service,duration_s\\n2024-01-01 10:00:00,auth,0.125\\n")
    >>> dataset = read(log, frame="table")
    >>> print(dataset.schema.describe())
     timestamp: time: time (by its name)
       service: service: service (by its name)
       latency: duration_s: latency in s (by its name)
    """
    if frame is not None:
        check_kind(frame)
    check_roles(columns)
    tzif(tz)  # says so if there is no such zone
    style = style_of(decimal)
    name = "requests" if workload is None else workload
    if name != "requests":
        raise ValueError(f"workload: {workload!r} given, expected requests")
    sources, notes = find(path, log_format=log_format)
    table, found, odd, unread, rows = _read_sources(sources, columns, tz, log_format, style)
    table, told = templated(table, found.schema.endpoint)
    notes += [*_file_notes(sources), *found.notes, *lacks(found.schema), *told]
    return Dataset(
        Frames({name: table}, frame),
        workload=name,
        schema=found.schema,
        notes=tuple(notes),
        source=_source_name(path, sources),
        odd=odd,
        unread=unread,
        starts=tuple(itertools.accumulate(rows[:-1], initial=0)),
    )


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read one CSV or Parquet file as it is, with no roles: numbers where all cells are, else text.

    Raises
    ------
    ValueError
        If it is empty or no table.
    """
    sources, _ = find(path)
    source = sources[0]
    if source.format == "parquet":
        return Table.of(parquet.open_file(source).read())
    if source.format != "csv":
        raise ValueError(f"{source.path}: {source.format} given, expected CSV or Parquet")
    gatherers = {name: NameColumn(name) for name in source.names}
    delimited.read_into(source, gatherers, {}, lambda *_: None)
    out: dict[str, Column] = {}
    for name, gatherer in gatherers.items():
        coded, _ = gatherer.finish()
        assert isinstance(coded, Strings)
        coded = _empty_as_missing(coded)
        number, strange = number_of(name, coded, needed=False)
        out[name] = coded if strange is not None else number
    return Table(out)


def _empty_as_missing(column: Strings) -> Strings:
    if "" not in column.categories:
        return column
    empty = column.categories.index("")
    return Strings(np.where(column.codes == empty, -1, column.codes), column.categories)


def _source_name(path: Paths, sources: list[Source]) -> str:
    if isinstance(path, (str, os.PathLike)):
        return os.path.basename(os.path.normpath(os.fspath(path))) or os.fspath(path)
    first = sources[0].path.name
    return first if len(sources) == 1 else f"{first} and {len(sources) - 1} more"


def _file_notes(sources: list[Source]) -> list[str]:
    return list(dict.fromkeys(note for source in sources for note in source.notes))


def _read_sources(
    sources: list[Source],
    columns: Mapping[str, str] | None,
    tz: str | None,
    log_format: str | None,
    style: str,
) -> _Read:
    if sources[0].format == "access log":
        table, unread, rows = lines.read_access_logs(sources, log_format)
        table, found, odd = interpret(table, columns, tz=tz, utc=True)
        return table, found, odd, unread, rows
    return _read_columns(sources, columns, tz, style)


def _read_columns(
    sources: list[Source], columns: Mapping[str, str] | None, tz: str | None, style: str
) -> _Read:
    wanted = {
        name for given in map(str, (columns or {}).values()) for name in (given, given.rpartition(":")[0])
    }
    json = {id(source): lines.JsonFile(source, wanted) for source in sources if source.format == "json lines"}
    samples = [json[id(source)].sample() if json else _sample(source) for source in sources]
    if json:
        samples = _with_all_names(samples)
    samples = [dataclasses.replace(sample, style=style) for sample in samples]
    _check_same_columns(sources, [list(sample.cells) for sample in samples])
    found = recognise(_joined(samples), columns, tz=tz)
    gatherers, flag_columns = _plan(samples[0], found, sum(source.size for source in sources))
    if json:  # a flag that some rows lack is no column of bools
        gatherers |= {name: NameColumn(name) for name in flag_columns}
        flag_columns = {}
    left_out = [n for n in samples[0].cells if n not in gatherers and n not in flag_columns]
    if left_out:
        found.notes.append(f"Left out, without a role in the report: {lines.told(left_out)}.")
    kinds = _plain_kinds(samples[0], gatherers, found.time_format)
    lost: list[tuple[str, int, str, str]] = []
    read_rows = []
    for source in sources:
        if json:
            read_rows.append(json[id(source)].read_into(gatherers))
            lost.extend(json[id(source)].bad)
        elif source.format == "parquet":
            read_rows.append(parquet.read_into(source, gatherers, flag_columns))
        else:
            read_rows.append(delimited.read_into(source, gatherers, kinds, lambda *line: lost.append(line)))
    table, odd = _finish(samples[0], gatherers, flag_columns)
    found.notes += [g.note for g in gatherers.values() if not isinstance(g, NameColumn) and g.note]
    if not len(table) and not lost:
        raise ValueError(f"{sources[0].path}: column names and no rows")
    table, found.schema = _by_file(table, found.schema, sources, read_rows)
    return table, found, odd, lines.unread_table(lost), read_rows


def _sample(source: Source) -> Sample:
    if source.format == "parquet":
        return Sample(*parquet.read_sample(source))
    head = b""
    for piece in chunks(source, 1 << 20):
        head += piece
        if head.strip().count(b"\n") > source.above:  # a row below the names, however long
            break
    return Sample(delimited.read_sample(source, head))


def _with_all_names(samples: list[Sample]) -> list[Sample]:
    """JSON objects need not all have all keys: every file has the columns of all."""
    names = list(dict.fromkeys(name for sample in samples for name in sample.cells))
    typed = {name: kind for sample in samples for name, kind in sample.typed.items()}
    return [Sample({n: s.cells.get(n, []) for n in names}, typed) for s in samples]


def _joined(samples: list[Sample]) -> Sample:
    """One sample of all files, so that one odd file does not decide."""
    if len(samples) == 1:
        return samples[0]
    cells = {name: [c for s in samples[:20] for c in s.cells[name][:1000]] for name in samples[0].cells}
    return dataclasses.replace(samples[0], cells=cells)


def _check_same_columns(sources: list[Source], names: list[list[str]]) -> None:
    for source, these in zip(sources, names, strict=True):
        if set(these) != set(names[0]):
            odd = sorted(set(these) ^ set(names[0]))
            raise ValueError(
                f"path: {source.path.name} has other columns than {sources[0].path.name} ({', '.join(odd)}); "
                "read files of one kind at a time"
            )


def _plan(
    sample: Sample, found: Recognised, size: int
) -> tuple[dict[str, TimeColumn | NumberColumn | NameColumn], dict[str, list[Array]]]:
    """How each column is read; text without a role is not, where the input is large."""
    schema = found.schema
    gatherers: dict[str, TimeColumn | NumberColumn | NameColumn] = {}
    flag_columns: dict[str, list[Array]] = {}
    names = {getattr(schema, role) for role in _NAMES}
    numbers = {schema.latency, schema.status, schema.bytes, *schema.values}
    for name in sample.cells:
        if name == schema.timestamp:
            gatherers[name] = TimeColumn(name, found.time_format, schema.tz)
        elif sample.typed.get(name) == "flag":
            flag_columns[name] = []
        elif name in numbers or (name not in names and sample.is_number(name)):
            main = name in numbers and (schema.latency is None or name not in schema.values)
            gatherers[name] = NumberColumn(name, sample.style_of(name), needed=main)
        elif name in names or size < _TEXT_KEPT_BELOW:
            gatherers[name] = NameColumn(name)
    return gatherers, flag_columns


def _plain_kinds(
    sample: Sample,
    gatherers: Mapping[str, TimeColumn | NumberColumn | NameColumn],
    time_format: str | None,
) -> dict[str, str]:
    """Columns whose sampled cells are all written so plainly that the CSV reader may type them."""
    kinds = {}
    for name, gatherer in gatherers.items():
        if isinstance(gatherer, NumberColumn) and sample.is_integer(name):
            kinds[name] = "integer"
        elif isinstance(gatherer, TimeColumn) and time_format is None and sample.is_plain_time(name):
            kinds[name] = "time"
        elif isinstance(gatherer, NameColumn):
            words = sorted(set(sample.cells[name]), key=str.lower)
            if [word.lower() for word in words] == ["false", "true"]:
                kinds[name] = "flag"
                gatherer.words = (words[0], words[1])
    return kinds


def _finish(
    sample: Sample,
    gatherers: Mapping[str, TimeColumn | NumberColumn | NameColumn],
    flag_columns: Mapping[str, list[Array]],
) -> tuple[Table, dict[str, OddCells]]:
    columns: dict[str, Column] = {}
    odd: dict[str, OddCells] = {}
    for name in sample.cells:
        if name in flag_columns:
            pieces = flag_columns[name]
            columns[name] = np.concatenate(pieces) if pieces else np.empty(0, bool)
        elif name in gatherers:
            columns[name], strange = gatherers[name].finish()
            if strange is not None:
                odd[name] = strange
    return Table(columns), odd


def _by_file(table: Table, schema: Schema, sources: list[Source], rows: list[int]) -> tuple[Table, Schema]:
    """Several files of values alone are several series: the file's name tells them apart."""
    series = schema.values and not (schema.service or schema.endpoint or schema.latency or schema.status)
    if len(sources) == 1 or not series or "file" in table:
        return table, schema
    labels = [source.path.name.split(".")[0] for source in sources]
    file = Strings(np.repeat(np.arange(len(rows), dtype=np.int32), rows), labels)
    how = {**schema.how, "service": "file: the file's name tells the series apart"}
    return table.with_columns({"file": file}), dataclasses.replace(schema, service="file", how=how)


def interpret(
    table: Table,
    columns: Mapping[str, str] | None = None,
    *,
    tz: str | None = None,
    utc: bool = False,
) -> tuple[Table, Recognised, dict[str, OddCells]]:
    """Recognise the columns of a table that is in memory, and type those that are text.

    Times that are typed already are in `tz`, unless `utc` says that a reader has placed them.

    Raises
    ------
    ValueError
        As :func:`read`.
    """
    found = recognise(sample_of(table), columns, tz=tz)
    table, odd, note = typed(table, found.schema, found.time_format, utc=utc)
    if note is not None:
        found.notes.append(note)
    return table, found, odd


def sample_of(table: Table, rows: int = 3000) -> Sample:
    """Evenly spread cells of a table, as text."""
    step = max(1, len(table) // rows)
    some = table.take(slice(0, None, step))
    cells, kinds = {}, {}
    for name in table.columns:
        column = some[name]
        cells[name] = [text or "" for text in as_texts(_shown(column))]
        if not isinstance(column, Strings) and column.dtype.kind != "O":
            kinds[name] = {"M": "time", "b": "flag"}.get(column.dtype.kind, "number")
    return Sample(cells, kinds)


def _shown(column: Column) -> list[Any]:
    if isinstance(column, Strings):
        return list(column.to_numpy())
    if column.dtype.kind == "M":
        return [None if t == "NaT" else t for t in np.datetime_as_string(column).tolist()]
    return list(column.tolist())


def typed(
    table: Table, schema: Schema, time_format: str | None = None, *, utc: bool = False
) -> tuple[Table, dict[str, OddCells], str | None]:
    """The table with time, latency, status, bytes and values as values, where they are text.

    Also what is to be told of how the times were read. With `utc`, times that are typed already are UTC and
    do not move again.
    """
    changed: dict[str, Column] = {}
    odd: dict[str, OddCells] = {}
    note = None
    for name in (schema.latency, schema.status, schema.bytes, *schema.values):
        column = None if name is None else table[name]
        if (
            name is not None
            and column is not None
            and (isinstance(column, Strings) or column.dtype.kind == "O")
        ):
            main = schema.latency is None or name not in schema.values
            changed[name], strange = number_of(name, column, needed=main)
            if strange is not None:
                odd[name] = strange
    if schema.timestamp is not None:
        name = schema.timestamp
        column = table[name]
        gatherer = TimeColumn(name, time_format, schema.tz)
        if isinstance(column, Strings) or column.dtype.kind == "O":
            gatherer.add(Text(as_texts(_shown(column))))
        elif column.dtype.kind == "M":
            gatherer.add_times(column, has_offset=utc or name in table.zones or schema.tz is None)
        else:
            gatherer.add(Text(as_texts(column.tolist())))
        changed[name], strange = gatherer.finish()
        note = gatherer.note
        if strange is not None:
            odd[name] = strange
    for role in ("service", "endpoint", "method", "client"):
        name = getattr(schema, role)
        if name is not None and not isinstance(table[name], Strings):
            changed[name] = Strings.encode(as_texts(_shown(table[name])))
    return (table.with_columns(changed) if changed else table), odd, note


def number_of(name: str, column: Column, *, needed: bool = True) -> tuple[Array, OddCells | None]:
    """A text column as numbers; each different text is read once.

    Raises
    ------
    ValueError
        Where it is needed and its decimal mark cannot be told.
    """
    if not isinstance(column, Strings):
        column = Strings.encode(as_texts(column.tolist()))
    gatherer = NumberColumn(name, needed=needed)
    gatherer.add(Text(list(column.categories)))
    of_category, strange = gatherer.finish()
    values = np.append(of_category.astype(np.float64), np.nan)[column.codes]
    whole = NumberColumn(name)
    whole.add_values(values)
    if strange is None:
        return whole.finish()[0], None
    is_odd = np.zeros(len(column.categories) + 1, np.bool_)
    is_odd[strange.rows] = True
    rows = np.flatnonzero(is_odd[column.codes])
    odd = OddCells(rows, tuple(column.categories[code] for code in column.codes[rows].tolist()))
    return whole.finish()[0], odd if rows.size else None


def templated(table: Table, endpoint: str | None, limit: int = TEMPLATES) -> tuple[Table, list[str]]:
    """The table with URL paths as templates, at most `limit` of them, and what was done, in words."""
    if endpoint is None:
        return table, []
    column = table.strings(endpoint)
    paths = column.categories
    # only what is a path or a URL; blanks around it are dirt that cleaning reports
    cores = [p.strip() for p in paths]
    shown = _core.template_paths([c if c.startswith("/") or "://" in c else "" for c in cores])
    names = [p.replace(c, s) if s and c else p for p, c, s in zip(paths, cores, shown, strict=True)]
    notes = []
    if names != paths:
        index: dict[str, int] = {}
        renumber = np.array([*(index.setdefault(n, len(index)) for n in names), -1], np.int32)
        column = Strings(renumber[column.codes], list(index))
        notes.append(
            f"URL paths are templated (such as /users/{{id}}), query strings left off: {len(paths):,} "
            f"different paths became {len(index):,}."
        )
    if len(column.categories) > limit:
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.categories))
        kept = np.sort(np.argsort(-counts, kind="stable")[:limit])
        renumber = np.full(len(counts) + 1, limit, np.int32)
        renumber[kept] = np.arange(limit, dtype=np.int32)
        renumber[-1] = -1
        rest = int(counts.sum() - counts[kept].sum())
        column = Strings(renumber[column.codes], [*(column.categories[i] for i in kept.tolist()), "other"])
        notes.append(
            f"{len(counts):,} different endpoints: the {limit:,} with most requests are kept, the others "
            f'({rest:,} requests) count as "other".'
        )
    return (table.with_columns({endpoint: column}) if notes else table), notes
