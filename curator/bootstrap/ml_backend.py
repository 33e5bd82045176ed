"""The ML backend's parts: the pipeline in force, loaded once in a process, and what predicts with it."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

from curator.bootstrap.addresses import ML_USER
from curator.bootstrap.context import Context
from curator.bootstrap.pipelines import load_pipeline
from curator.bootstrap.secrets import shared_secrets
from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId
from curator.domain.span import Content
from curator.steps.in_force.pipeline import source_in_force
from curator.steps.learning.predict_task import TaskPredictor
from curator.steps.ports.pipelines import Pipeline
from curator.steps.ports.predictor import PipelineNotReady
from curator.steps.ports.store import Store
from curator.web.ml_backend import MlBackend


class SharedPipeline:
    """The pipeline in force, for all threads of a process; implements `PipelineInForce`.

    All its work is done by one thread, text by text in turn, since spaCy promises nothing to several. It is loaded
    there when it is first wanted, and again only when another one is chosen; an edited configuration counts from the
    next start on.
    """

    def __init__(self, source: Callable[[], str], load: Callable[[str], Pipeline]) -> None:
        """Take what tells name or path of the pipeline in force, and what loads it."""
        self._source = source
        self._load = load
        self._thread = ThreadPoolExecutor(1, "pipeline")
        self._lock = Lock()
        self._loaded: tuple[str, Future[Pipeline]] | None = None

    def warm_up(self) -> None:
        """Begin to load it, if that is possible yet."""
        self._thread.submit(self._begin)

    def __call__(self, patience: float) -> Pipeline:
        """Return the pipeline.

        Raises PipelineNotReady where that takes longer than so many seconds, CuratorError where it cannot be loaded.
        """
        future = self._loading()
        try:
            return future.result(patience)
        except TimeoutError:
            raise PipelineNotReady("the pipeline is still being loaded", "", "ask again in some seconds") from None

    def _begin(self) -> None:
        # Whoever asks next is told why it failed.
        with suppress(CuratorError):
            self._loading()

    def _loading(self) -> "Future[Pipeline]":
        source = self._source()
        with self._lock:
            if self._loaded is not None and self._loaded[0] == source and not _failed(self._loaded[1]):
                return self._loaded[1]
            future = self._thread.submit(self._in_turn, source)
            self._loaded = (source, future)
            return future

    def _in_turn(self, source: str) -> Pipeline:
        return _InTurn(self._load(source), self._thread)


def _failed(future: "Future[Pipeline]") -> bool:
    return future.done() and future.exception() is not None


class _InTurn:
    """A pipeline whose texts one thread annotates, whoever asks."""

    def __init__(self, pipeline: Pipeline, thread: ThreadPoolExecutor) -> None:
        self.id: PipelineId = pipeline.id
        self._pipeline = pipeline
        self._thread = thread

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for text in texts:
            yield self._thread.submit(self._annotate, text).result()

    def _annotate(self, text: str) -> Content:
        (content,) = self._pipeline.annotate([text])
        return content


def make_ml_backend(context: Context, store: Callable[[], Store], max_body: int) -> MlBackend:
    """Return what the ML backend of a process is made of.

    Where it is to be connected, the pipeline is loaded in advance: Label Studio waits three seconds for its name.
    """
    from curator.label_studio.ml_backends import asked_task, labels_of
    from curator.label_studio.results import prediction_value

    settings = context.settings
    pipeline = SharedPipeline(
        lambda: source_in_force(store(), settings.pipeline.name),
        lambda source: load_pipeline(context, source, workers=1),
    )
    if settings.ml.connect:
        pipeline.warm_up()
    predictor = TaskPredictor(store, pipeline, settings.ingest.max_text_bytes)
    password = shared_secrets(context).ml_password
    return MlBackend(ML_USER, password, max_body, predictor, asked_task, labels_of, prediction_value)
