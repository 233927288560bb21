"""The store: an append-only record of everything seen and judged, which anyone can verify.

Produces entries under signed Merkle roots, and bundles that check themselves. May import the shared vocabulary;
touches disk, or a database by URL.
"""

from truceline.store.batch import Batch
from truceline.store.bundle import export_bundle
from truceline.store.proofs import Proof
from truceline.store.record import Record
from truceline.store.verify import Problem, verify

__all__ = ["Batch", "Problem", "Proof", "Record", "export_bundle", "verify"]
