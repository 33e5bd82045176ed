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
from curator.store.tables.counts import CountedLabel, CountedPipeline, CountedRow, MisfitRow, ReadingRow
from curator.store.tables.datasets import (
    DecisionRow,
    ModelRow,
    PersonDecisionRow,
    StandingRow,
    VersionFileRow,
    VersionRecordRow,
    VersionRow,
)
from curator.store.tables.desk import PredictionNumber, ProjectRow, SentPrediction, ShownRow, TaskRow
from curator.store.tables.documents import (
    DocumentRow,
    PredictedUntil,
    PredictionRow,
    SignatureKey,
    SignedDocument,
    SourceRow,
    SplitRow,
    WaitingRow,
)
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
    "CountedLabel",
    "CountedPipeline",
    "CountedRow",
    "Counter",
    "CurrentRow",
    "DecisionRow",
    "DeletionNotice",
    "DeletionWindow",
    "DocumentRow",
    "HeldRow",
    "Json",
    "Lease",
    "MisfitRow",
    "ModelRow",
    "PersonDecisionRow",
    "PredictedUntil",
    "PredictionNumber",
    "PredictionRow",
    "ProjectRow",
    "PushRow",
    "Quarantined",
    "ReadingRow",
    "Receipt",
    "RevisionRow",
    "SentPrediction",
    "Setting",
    "ShownRow",
    "SignatureKey",
    "SignedDocument",
    "SourceRow",
    "SplitRow",
    "StandingRow",
    "Table",
    "TaskRow",
    "Tick",
    "TokenRow",
    "UnevenRow",
    "UnreadableRow",
    "VersionFileRow",
    "VersionRecordRow",
    "VersionRow",
    "WaitingRow",
    "Watermark",
]
