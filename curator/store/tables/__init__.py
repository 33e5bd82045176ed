"""The tables. Rows are only ever added, but for the few marked as an index or as working state."""

from curator.store.tables.access import TokenRow
from curator.store.tables.annotations import (
    Annotator,
    CurrentRow,
    DeletionNotice,
    Quarantined,
    RevisionRow,
    UnreadableRow,
)
from curator.store.tables.base import Counter, Json, Setting, Table, Tick
from curator.store.tables.datasets import (
    DecisionRow,
    ModelRow,
    PersonDecisionRow,
    VersionFileRow,
    VersionRecordRow,
    VersionRow,
)
from curator.store.tables.desk import DoubledRow, PredictionNumber, ProjectRow, SentPrediction, ShownRow, TaskRow
from curator.store.tables.documents import Band, DocumentRow, PredictionRow, SourceRow, SplitRow
from curator.store.tables.working import (
    DeletionWindow,
    HeldRow,
    Lease,
    PushRow,
    Receipt,
    UnevenRow,
    Watermark,
)

__all__ = [
    "Annotator",
    "Band",
    "Counter",
    "CurrentRow",
    "DecisionRow",
    "DeletionNotice",
    "DeletionWindow",
    "DocumentRow",
    "DoubledRow",
    "HeldRow",
    "Json",
    "Lease",
    "ModelRow",
    "PersonDecisionRow",
    "PredictionNumber",
    "PredictionRow",
    "ProjectRow",
    "PushRow",
    "Quarantined",
    "Receipt",
    "RevisionRow",
    "SentPrediction",
    "Setting",
    "ShownRow",
    "SourceRow",
    "SplitRow",
    "Table",
    "TaskRow",
    "Tick",
    "TokenRow",
    "UnevenRow",
    "UnreadableRow",
    "VersionFileRow",
    "VersionRecordRow",
    "VersionRow",
    "Watermark",
]
