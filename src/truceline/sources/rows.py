"""Delimited text, however it was saved, to batches of rows with their line numbers. A file is never held whole."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from truceline.errors import SourceError
from truceline.sources.options import Aside

_BLOCK = 4_000_000  # characters read at once
_LONGEST_LINE = 100_000
_LONGEST_RECORD = 50  # lines that one quoted cell may span
_SAMPLE = 65_536
_PARQUET_ROWS = 100_000
_END = "\x00end\x00"
_DELIMITERS = ",;\t|"
_CUT = (EOFError, zlib.error, gzip.BadGzipFile)

Score = Callable[[list[str]], int]  # how many of a header's names the reader knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a file: a column of trimmed text per name in the header, and each row's line in the file."""

    frame: pd.DataFrame
    line: npt.NDArray[np.int64]
    path: Path


def read_delimited(path: Path, *, aside: Aside, score: Score) -> Iterator[Batch]:
    """Yield batches of the rows of a CSV, TSV or similar file, gzipped or not.

    Encoding (UTF-8, UTF-16 with mark, cp1251, latin-1) and delimiter are found from the first 64 kB; the delimiter
    is the one under which the reader knows most of the header's names. Rows of another width than the header,
    lines over 100,000 characters, lines with NUL and quotes never closed are set aside.

    Raises
    ------
    SourceError
        If the file is not there, is empty, is not text, or has no header that the reader knows.
    """
    sample = _sample(path)
    encoding = _encoding(sample, path)
    names: list[str] = []
    delimiter = ","
    held: list[str] = []  # the start of a quoted record that the block's end cut
    with _open(path) as binary:
        careful = _Careful(binary)
        text = io.TextIOWrapper(io.BufferedReader(careful), encoding=encoding, errors="replace", newline="")
        for first, fresh, final in _blocks(text, path, aside):
            lines = held + fresh
            numbers = np.arange(first - len(held), first + len(fresh))
            if not names:
                skipped = next((i for i, s in enumerate(lines) if s.strip() and not s.startswith("#")), None)
                if skipped is None:
                    continue
                delimiter, names = _header(lines[skipped], score, path)
                lines, numbers = lines[skipped + 1 :], numbers[skipped + 1 :]
            even = _even_rows(lines, names, delimiter)
            if even is not None:
                held = []
                yield _filled(Batch(frame=even, line=numbers, path=path))
                continue
            rows, at, held = _records(lines, numbers, delimiter, path, aside, final)
            yield from _batch(rows, at, names, delimiter, path, aside)
    if careful.cut:
        aside.add(path, line=first + len(fresh), reason="the file breaks off here.", todo="Get the file again.")
    if not names:
        raise SourceError("the file is empty.", where=path.name, todo="Give a file with a header and rows.")


def _open(path: Path) -> IO[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise SourceError(f"cannot be opened: {error.strerror}.", where=str(path), todo="Check the path.") from error


class _Careful(io.RawIOBase):
    """A file that ends where a damaged gzip breaks off, rather than raising what came before away."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read1(len(buffer))  # type: ignore[attr-defined]
        except _CUT:
            self.cut = True
            return 0
        buffer[: len(data)] = data
        return len(data)


def _sample(path: Path) -> bytes:
    with _open(path) as file:
        careful = _Careful(file)
        sample = io.BufferedReader(careful).read(_SAMPLE)
    if careful.cut and not sample:
        raise SourceError("the gzip file is damaged from its start.", where=path.name, todo="Get it again.")
    return sample


def _encoding(sample: bytes, path: Path) -> str:
    known = {
        b"PK\x03\x04": "a zip archive (or an Excel workbook)",
        b"PAR1": "a parquet file",
        b"\x89PNG": "a picture",
        b"%PDF": "a PDF",
        b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    }
    for mark, what in known.items():
        if sample.startswith(mark):
            raise SourceError(f"is {what}, not a text table.", where=path.name, todo="Unpack it, or save it as CSV.")
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    control = sum(sample.count(bytes([b])) for b in (*range(9), *range(14, 32), 127))
    if control > 0.1 * len(sample):
        raise SourceError("is not text.", where=path.name, todo="Give a CSV, TSV, XLSX, GeoJSON or KML file.")
    try:
        sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return _eight_bit(sample)
    return "utf-8-sig"


def _eight_bit(sample: bytes) -> str:
    """Return cp1251 or latin-1: Cyrillic letters stand next to each other, accented Latin ones mostly alone."""
    high = np.frombuffer(sample, np.uint8) >= 0xC0
    beside = (high[1:] & high[:-1]).sum()
    return "cp1251" if beside > 0.5 * high.sum() else "latin-1"


def _blocks(text: IO[str], path: Path, aside: Aside) -> Iterator[tuple[int, list[str], bool]]:
    """Yield (number of the first line, complete lines, whether they are the last) until the file ends or breaks off."""
    line, rest = 1, ""
    while True:
        read = text.read(_BLOCK)
        if not read:
            yield line, _split(rest), True
            return
        if read.endswith("\r"):
            read += text.read(1)  # never part a \r\n
        whole = rest + read
        cut = max(whole.rfind("\n"), whole.rfind("\r")) + 1
        rest = whole[cut:]
        if len(rest) > _BLOCK:
            aside.add(path, line=line, **_too_long(rest))
            rest = rest[: _LONGEST_LINE + 1]  # keeps it too long, and bounded
        if cut:
            lines = _split(whole[:cut])[:-1]
            yield line, lines, False
            line += len(lines)


def _split(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _too_long(line: str) -> dict[str, str]:
    return {
        "reason": f"the line is longer than {_LONGEST_LINE:,} characters.",
        "todo": "Check that the file's lines end where its rows do.",
        "raw": line[:500],
    }


def _header(line: str, score: Score, path: Path) -> tuple[str, list[str]]:
    found: list[tuple[int, int, str, list[str]]] = []
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        found.append((score(names), len(names), delimiter, names))
    known, width, delimiter, names = max(found, key=lambda f: f[:2], default=(0, 0, ",", []))
    if not known or width < 2:
        raise SourceError(
            f"no column is recognised in the header '{line[:200]}'.",
            where=f"{path.name}, line 1",
            todo="Give the file a header row, or name its columns with map (theirs: ours) or --map theirs=ours.",
        )
    return delimiter, distinct(names)


def distinct(names: list[str]) -> list[str]:
    """Return a header's names trimmed, each once; one without a name gets its number."""
    out: list[str] = []
    for i, name in enumerate(names, 1):
        plain = name.strip().lstrip("\ufeff") or f"column {i}"
        while plain in out:
            plain += "'"
        out.append(plain)
    return out


def _even_rows(lines: list[str], names: list[str], delimiter: str) -> pd.DataFrame | None:
    """Return the cells of lines each of which is one good row; None where any is not: they are read one by one."""
    whole = "\n".join(lines)
    if not whole or "\x00" in whole or max(map(len, lines)) > _LONGEST_LINE:
        return None
    if next((line for line in reversed(lines) if line), "").count('"') % 2:
        return None  # a quote that the end of the lines leaves open would be read as if it were closed
    data = whole.encode("utf-8", "replace")
    try:
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False
            ),
        )
    except pyarrow.ArrowException:
        return None
    if table.num_rows != len(lines):
        return None  # a quoted cell spans lines
    trimmed = [pyarrow.compute.utf8_trim_whitespace(column) for column in table.columns]
    return pyarrow.Table.from_arrays(trimmed, names=names).to_pandas()


Records = tuple[list[list[str]], npt.NDArray[np.int64], list[str]]


def _records(
    lines: list[str], numbers: npt.NDArray[np.int64], delimiter: str, path: Path, aside: Aside, final: bool
) -> Records:
    """Return (rows, their first lines, lines to read again with what follows)."""
    whole = "\n".join(lines)
    bad: dict[int, dict[str, str]] = {}
    if max(map(len, lines), default=0) > _LONGEST_LINE:
        bad = {i: _too_long(s) for i, s in enumerate(lines) if len(s) > _LONGEST_LINE}
    if "\x00" in whole:
        nul = {"reason": "the line holds NUL bytes.", "todo": "Get the file again."}
        bad |= {i: {**nul, "raw": s[:500]} for i, s in enumerate(lines) if "\x00" in s}
    for i, why in bad.items():
        aside.add(path, line=numbers[i], **why)
        lines[i] = ""
    if '"' not in whole:
        return list(csv.reader(lines, delimiter=delimiter)), numbers, []
    quoted = _Quoted(lines, delimiter)
    rows, at, open_at = quoted.read(final)
    for i in open_at:
        aside.add(
            path,
            line=numbers[i],
            reason="a quote opened on this line is never closed.",
            todo="Close the quote, or double it inside a quoted cell.",
            raw=lines[i],
        )
    return rows, numbers[np.array(at, int)], lines[quoted.start :]


class _RunawayError(Exception):
    """A quoted cell goes on for too many lines, or to the end of the file."""


class _Quoted:
    """Rows of lines in which cells may be quoted and span lines."""

    def __init__(self, lines: list[str], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._next = 0  # line that the csv reader takes next
        self.start = 0  # line on which the record being read starts

    def read(self, final: bool) -> tuple[list[list[str]], list[int], list[int]]:
        """Return (rows, index of each one's first line, lines whose quote is never closed).

        Without `final`, a record that the end of the lines cuts is left for later: `start` is its line.
        """
        rows: list[list[str]] = []
        at: list[int] = []
        open_at: list[int] = []
        while self.start < len(self._lines):
            self._next = self.start
            try:
                for row in csv.reader(self._feed(), delimiter=self._delimiter):
                    if row and row[-1].endswith(_END):
                        break
                    rows.append(row)
                    at.append(self.start)
                    self.start = self._next
            except (_RunawayError, csv.Error):
                pass
            left = len(self._lines) - self.start
            if left and not final and left <= _LONGEST_RECORD:
                break
            if left:
                open_at.append(self.start)
                self.start += 1
        return rows, at, open_at

    def _feed(self) -> Iterator[str]:
        while self._next < len(self._lines):
            if self._next - self.start > _LONGEST_RECORD:
                raise _RunawayError
            self._next += 1
            yield self._lines[self._next - 1] + "\n"
        yield _END


def _batch(
    rows: list[list[str]], at: npt.NDArray[np.int64], names: list[str], delimiter: str, path: Path, aside: Aside
) -> Iterator[Batch]:
    width = np.fromiter(map(len, rows), int, len(rows))
    for i in np.flatnonzero((width != len(names)) & (width > 0)):
        said = delimiter.join(rows[i])
        if not said.strip(delimiter + " "):
            continue
        aside.add(
            path,
            line=at[i],
            reason=f"the row has {width[i]} cells where the header has {len(names)}.",
            todo="The line is cut, or a cell holds the delimiter without quotes.",
            raw=said,
        )
    fits = np.flatnonzero(width == len(names))
    if len(fits):
        kept = rows if len(fits) == len(rows) else [rows[i] for i in fits]
        trimmed = ([cell.strip() for cell in cells] for cells in zip(*kept, strict=True))
        columns = dict(zip(names, (np.array(cells, object) for cells in trimmed), strict=True))
        yield _filled(Batch(frame=pd.DataFrame(columns), line=at[fits], path=path))


def _filled(batch: Batch) -> Batch:
    """Return the batch without rows all of whose cells are empty: spreadsheets write them below a table."""
    if not (batch.frame.iloc[:, 0] == "").any():
        return batch
    filled = (batch.frame != "").any(axis=1).to_numpy()
    return Batch(frame=batch.frame[filled].reset_index(drop=True), line=batch.line[filled], path=batch.path)


def read_parquet(path: Path) -> Iterator[Batch]:
    """Yield batches of the rows of a parquet file; a row's line is its number from 1."""
    try:
        file = pyarrow.parquet.ParquetFile(path)
        first = 1
        for part in file.iter_batches(batch_size=_PARQUET_ROWS):
            frame = part.to_pandas().reset_index(drop=True)
            for name in frame.select_dtypes(["category", "object"]):
                cells = frame[name].astype(object)
                frame[name] = cells.where(cells.notna(), "").astype(str)
            yield Batch(frame=frame, line=np.arange(first, first + len(frame)), path=path)
            first += len(frame)
    except (OSError, pyarrow.ArrowException) as error:
        raise SourceError(
            f"cannot be read as parquet: {error}.", where=path.name, todo="Get the file again."
        ) from error
