"""Predictions that Label Studio asks for: of any task of its own, whether the text came from here or not."""

from dataclasses import replace

from curator.domain.canonical import canonicalise, refuse_oversized
from curator.domain.carried import carry_back
from curator.domain.errors import InputRefused
from curator.domain.label_names import under_new_names
from curator.domain.prediction import PipelineId, expected_corrections, queue_score
from curator.domain.span import Content, Problem
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.label_server import NewPrediction
from curator.steps.ports.pipelines import Pipeline, PipelineInForce
from curator.steps.ports.predictor import AskedTask, Labels
from curator.steps.ports.store import StoreOpener


class TaskPredictor:
    """Predicts tasks with the pipeline in force; implements `Predictor`."""

    def __init__(self, store: StoreOpener, pipeline: PipelineInForce, longest: int) -> None:
        """Take what opens the store, what gives the pipeline, and how many bytes a text may have."""
        self._store = store
        self._pipeline = pipeline
        self._longest = longest

    def version(self) -> str:
        # Label Studio waits three seconds for it in all.
        return str(self._pipeline(2.0).id)

    def predict(self, task: AskedTask, labels: Labels | None = None) -> NewPrediction:
        """Return the prediction of a task: the stored one of a document of ours, else one that is made now.

        A task without a text, or with one that could not be ingested, has an empty prediction. What has no exact place
        in the text as it came, or no label among `labels`, is left out and among the content's problems.
        """
        pipeline = self._pipeline(60.0)
        content = self._stored(task, pipeline.id)
        if content is None:
            content = self._predicted(task.text or "", pipeline)
        # A stored prediction, and a pipeline that was loaded some time ago, may know labels by earlier names.
        with self._store().reading() as transaction:
            schema = schema_in_force(transaction.settings)
        content = content if schema is None else under_new_names(content, task.text or "", schema)
        content = _fitting(content, labels)
        score = queue_score(expected_corrections(content))
        return NewPrediction(str(pipeline.id), content, task.text or "", score)

    def _stored(self, task: AskedTask, pipeline: PipelineId) -> Content | None:
        if task.document is None or task.text is None:
            return None
        with self._store().reading() as transaction:
            # A key in a task's data may have been written there by anybody.
            if transaction.documents.text(task.document) != task.text:
                return None
            newest = transaction.tasks.newest_predictions([task.document]).get(task.document, [])
        predictions = (stored.prediction for stored in newest)
        return next((prediction.content for prediction in predictions if prediction.pipeline == pipeline), None)

    def _predicted(self, text: str, pipeline: Pipeline) -> Content:
        try:
            canonical = canonicalise(text)
            refuse_oversized(canonical.text, self._longest)
        except InputRefused as error:
            return Content(problems=(Problem("text-refused", str(error)),))
        (content,) = pipeline.annotate([canonical.text])
        return carry_back(content, canonical)


def _fitting(content: Content, labels: Labels | None) -> Content:
    """Return content without the spans that an interface has no label for, and without their relations."""
    if labels is None:
        return content
    spans = tuple(span for span in content.spans if span.label in labels.get(span.layer, ()))
    if len(spans) == len(content.spans):
        return content
    ids = {span.id for span in spans}
    lost = [Problem("unknown-label", span.id) for span in content.spans if span.id not in ids]
    relations = tuple(relation for relation in content.relations if relation.head in ids and relation.child in ids)
    return replace(content, spans=spans, relations=relations, problems=(*content.problems, *lost))
