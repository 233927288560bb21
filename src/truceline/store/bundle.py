"""The export bundle: a folder that anybody can check, on any machine, with Python alone."""

from __future__ import annotations

import os
from pathlib import Path

from truceline.errors import RecordError
from truceline.provenance import canonical_json
from truceline.store import standalone
from truceline.store.record import Record

README = """\
A record of Truceline, sealed.

entries.jsonl   one entry a line: what was seen, judged and reported, as canonical JSON. An entry with the kind and
                id of an earlier one replaces it; both are kept.
index.jsonl     kind, id and hash of each entry, in the same order.
heads.jsonl     the signed tree head after each batch: entries so far, Merkle root (RFC 6962), time, Ed25519 signature.
public_key.txt  the public half of the key that signed.
verify.py       checks all of it:

    python verify.py            (Python 3.9 or later; nothing to install, no network)

Ask the keeper of the record for its public key by another way, and give it as the second argument
(python verify.py . KEY): the bundle alone shows that it is whole, not who sealed it. To know that nothing was cut
off the end, compare the last head with one that somebody else has kept.
"""


def export_bundle(record: Record, folder: str | Path) -> Path:
    """Write the record as a bundle into a folder, made when it is not there; return the folder.

    The same record gives the same bytes. Files of an older bundle are replaced.

    Raises
    ------
    RecordError
        If the folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_entries(record, folder)
        heads = b"".join(head.line + b"\n" for head in record.heads())
        files = {
            "heads.jsonl": heads,
            "public_key.txt": record.public_key().hex().encode() + b"\n",
            "README.txt": README.encode(),
            "verify.py": Path(standalone.__file__).read_bytes(),
        }
        for name, data in files.items():
            (folder / (name + ".part")).write_bytes(data)
            os.replace(folder / (name + ".part"), folder / name)
    except OSError as error:
        raise RecordError(
            f"the bundle cannot be written: {error.strerror}.", where=str(folder), todo="Name another folder."
        ) from error
    return folder


def _write_entries(record: Record, folder: Path) -> None:
    entries, index = folder / "entries.jsonl", folder / "index.jsonl"
    with open(f"{entries}.part", "wb") as lines, open(f"{index}.part", "wb") as names:
        for kind, item_id, line, leaf in record.lines():
            lines.write(line + b"\n")
            names.write(canonical_json({"id": item_id, "kind": kind, "leaf": leaf.hex()}) + b"\n")
    os.replace(f"{entries}.part", entries)
    os.replace(f"{index}.part", index)
