"""Whatever happens, a decision that the index says to hold is the one that computing everything anew finds."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.policy import Policy
from curator.domain.span import Content, Span
from curator.steps.curation.batches import decide_changed, decided, decided_in_past
from curator.steps.curation.decide import Decider, Rules
from curator.steps.curation.decide_by_person import decide_by_person
from curator.steps.in_force.schema import schema_in_force
from tests.fakes.parts import NamePipeline, raw
from tests.fakes.world import World
from tests.properties.acts import TEXTS, Life, Step, steps

RULES = tuple(Rules(Policy("latest"), named, "salt") for named in (True, False))


class Curated(Life):
    """A life in which people decide and documents arrive again, and decisions are made in between."""

    def _decide(self, pick: int, _choice: int) -> None:
        decide_changed(self.world.store, self.decider(pick), self.seq)

    def _by_person(self, pick: int, choice: int) -> None:
        spans = (Span("entities", 0, choice + 1, "PER"),)[: choice % 3]
        document = document_id(TEXTS[pick % len(TEXTS)])
        rules, person = RULES[pick % 2], f"fake/{choice % 2 + 1}"
        decide_by_person(
            document, person, Content(spans), store=self.world.store, rules=rules, read_content=READ_ANNOTATION
        )

    def _arrive_again(self, pick: int, choice: int) -> None:
        self.world.ingest(raw(f"again{choice}.txt", TEXTS[pick % len(TEXTS)], meta={"k": choice} if choice % 2 else {}))

    def _predict(self, pick: int, _choice: int) -> None:
        self.world.preannotate(NamePipeline(digest=f"d{pick % 3}"))

    def _name(self, pick: int, choice: int) -> None:
        with self.world.store.writing() as transaction:
            transaction.revisions.save_annotators({f"fake/{pick % 2 + 1}": f"name{choice % 3}"})

    def _number(self, pick: int, choice: int) -> None:
        """Let Label Studio say of a prediction that somebody began from which pipeline made it."""
        with self.world.store.reading() as transaction:
            states = [revision.state for revision in transaction.revisions.current_revisions()]
        reported = [
            (state.task, state.parent_prediction)
            for state in states
            if state is not None and state.parent_prediction is not None and state.task is not None
        ]
        for task, number in reported[pick % 3 : pick % 3 + 1]:
            with self.world.store.writing() as transaction:
                where = (self.server.name, self.project, task, number)
                transaction.lineage.save_numbered(*where, f"names@d{choice % 3}")

    @property
    def seq(self) -> int:
        with self.world.store.reading() as transaction:
            return transaction.seq

    def decider(self, pick: int) -> Decider:
        with self.world.store.reading() as transaction:
            schema = schema_in_force(transaction.settings)
        assert schema is not None
        return Decider(schema, RULES[pick % 2], READ_ANNOTATION)


_NUMBER = st.integers(0, 7)
_ACTS = ("decide", "decide", "by_person", "arrive_again", "predict", "name", "number")
_CURATING = st.lists(st.tuples(st.sampled_from(_ACTS), _NUMBER, _NUMBER), max_size=8)


@st.composite
def lives(draw: st.DrawFn) -> list[Step]:
    """Return the steps of a life with those of curating strewn in."""
    life = draw(steps())
    for step in draw(_CURATING):
        life.insert(draw(st.integers(0, len(life))), step)
    return life


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    world = World(tmp_path_factory.mktemp("world"))
    world.ingest(*TEXTS)
    world.preannotate()
    (first, *_) = world.with_tasks(*TEXTS)
    world.server.accept_predictions([first], [])
    world.deliver()
    kept = world.keep()

    def fresh_copy() -> World:
        world.back_to(kept)
        return world

    yield fresh_copy
    world.close()


@settings(max_examples=150, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(life=lives(), pick=st.integers(0, 1))
@example(life=[("decide", 0, 0), ("number", 0, 1), ("predict", 1, 0)], pick=0)
@example(life=[("number", 0, 2), ("decide", 0, 0), ("predict", 2, 0)], pick=0)
@example(life=[("decide", 0, 0), ("name", 0, 1)], pick=0)
@example(life=[("by_person", 0, 1), ("decide", 0, 0), ("name", 1, 1), ("arrive_again", 0, 1)], pick=0)
@example(life=[("submit", 1, 1), ("sync", 0, 0), ("decide", 0, 0), ("patch_key", 1, 0), ("sync", 0, 0)], pick=0)
def test_what_the_index_says_is_what_everything_says(begin: Callable[[], World], life: list[Step], pick: int) -> None:
    played = Curated(begin())
    played.play(life)
    decider, seq = played.decider(pick), played.seq
    by_index = list(decided(played.world.store, decider, seq))
    assert by_index == list(decided_in_past(played.world.store, decider, seq))
    decide_changed(played.world.store, decider, seq)
    assert list(decided(played.world.store, decider, seq)) == by_index
