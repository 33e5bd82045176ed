"""What can be configured, and where each value comes from: environment before file before default."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert

from curator.domain.errors import SettingsError

_POLICY = "latest"
_PREFIX = "curator_"
_NESTED = "__"
_SWITCHES = {"on": True, "yes": True, "y": True, "t": True, "off": False, "no": False, "n": False, "f": False}

Port = Annotated[int, Meta(ge=1, le=65535)]
AtLeastOne = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Secret:
    """A text that shows nowhere but where it is asked for; two of the same text are equal."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('…')" if self._text else "Secret('')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class _Senseless(ValueError):
    """The value of a setting makes no sense."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(what)
        self.name = name


class _Section(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class LabelStudioSettings(_Section, frozen=True):
    url: str = ""
    token: Secret = Secret()
    port: Port = 8080
    executable: Path = Path(".venv-label-studio/bin/label-studio")
    timeout: Annotated[float, Meta(gt=0)] = 30.0
    annotators_per_document: AtLeastOne = 1

    def __repr__(self) -> str:
        # An address may have a password in it.
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "url")
        return f"LabelStudioSettings({', '.join(shown)})"


class HookSettings(_Section, frozen=True):
    host: str = "127.0.0.1"
    port: Port = 8081
    webhook_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    public_url: str = ""
    workers: AtLeastOne = 1
    threads: AtLeastOne = 8
    max_body_mb: AtLeastOne = 32
    keep_bodies_days: Annotated[float, Meta(ge=0)] = 30.0


class DatabaseSettings(_Section, frozen=True):
    url: Secret = Secret()


class IngestSettings(_Section, frozen=True):
    max_text_bytes: AtLeastOne = 1_000_000


class PipelineSettings(_Section, frozen=True):
    name: str = "configs/rules.cfg"
    workers: AtLeastOne = 1
    label_map: dict[str, dict[str, str]] = {}
    span_groups: dict[str, dict[str, str]] = {}
    ignore: dict[str, tuple[str, ...]] = {}


class MlSettings(_Section, frozen=True):
    connect: bool = True


class CutoffSettings(_Section, frozen=True):
    key: str = "date"
    test: str = ""
    dev: str = ""

    def __post_init__(self) -> None:
        for name, day in (("test", self.test), ("dev", self.dev)):
            if day and not _is_day(day):
                raise _Senseless(name, f"{day!r} is no day, e.g. 2026-01-31")
        if self.dev and not self.dev < self.test:
            raise _Senseless("dev", "must be before that of test")


class SourceSettings(_Section, frozen=True):
    key: str = "source"
    splits: dict[str, Literal["train", "dev", "test"]] = {}


class SplitSettings(_Section, frozen=True):
    seed: str = "curator"
    train: Share = 0.8
    dev: Share = 0.1
    test: Share = 0.1
    cutoff: CutoffSettings = CutoffSettings()
    sources: SourceSettings = SourceSettings()

    def __post_init__(self) -> None:
        if abs(self.train + self.dev + self.test - 1) > 1e-9:
            raise ValueError("train, dev and test must sum to 1")


class SyncSettings(_Section, frozen=True):
    every: Annotated[float, Meta(gt=0)] = 300.0
    full_every: Annotated[float, Meta(gt=0)] = 24.0
    max_deletion_share: Share = 0.25
    deletion_window: Annotated[float, Meta(gt=0, le=8784)] = 24.0


class ExportSettings(_Section, frozen=True):
    path: Path = Path("exports")
    policy: str = _POLICY
    policy_of: dict[str, str] = {}
    named_annotators: bool = False
    licence: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        if self.policy == _POLICY and not self.policy_of:
            return
        # The policies bring along all that decides; the first of them needs no look.
        from curator.domain.policy import policy_from_text

        name = "policy"
        try:
            policy = policy_from_text(self.policy)
            name = "policy_of"
            policy.with_labels({label: policy_from_text(text) for label, text in self.policy_of.items()})
        except SettingsError as error:
            raise _Senseless(name, str(error)) from error


class TrainSettings(_Section, frozen=True):
    config: Path = Path("configs/train.cfg")
    min_train: AtLeastOne = 5
    min_dev: AtLeastOne = 1


class ApiSettings(_Section, frozen=True):
    requests_per_minute: AtLeastOne = 6000
    megabytes_per_minute: AtLeastOne = 6000
    downloads: AtLeastOne = 64


class Settings(Struct, frozen=True):
    """All settings; see configs/curator.toml for what each means."""

    label_schema: Path = Path("configs/labels.yaml")
    corpus: tuple[str, ...] = ("seeds/corpus",)
    label_studio: LabelStudioSettings = LabelStudioSettings()
    hook: HookSettings = HookSettings()
    database: DatabaseSettings = DatabaseSettings()
    ingest: IngestSettings = IngestSettings()
    pipeline: PipelineSettings = PipelineSettings()
    ml: MlSettings = MlSettings()
    split: SplitSettings = SplitSettings()
    sync: SyncSettings = SyncSettings()
    export: ExportSettings = ExportSettings()
    api: ApiSettings = ApiSettings()
    train: TrainSettings = TrainSettings()


def read_settings(path: Path) -> Settings:
    """Return the settings of a TOML file, overridden by `CURATOR_…` environment variables.

    Raises SettingsError in one line for a missing or malformed file, an unknown name or a value without sense.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            "no configuration", str(path), "run in the project's folder, or give --config FILE"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"configuration cannot be read: {error}", str(path), "mend the file") from error
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(
            f"unknown setting {unknown[0]!r}", str(path), "see configs/curator.toml for the names", name=unknown[0]
        )
    # In the order of their names: a section as a whole comes before what is in it.
    for name, text in sorted(_variables(os.environ).items()):
        _override(values, name.split(_NESTED), text, name)
    try:
        return convert(values, Settings, strict=False, dec_hook=_from_text)
    except ValidationError as error:
        raise _problem(error, path) from error


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that name a setting, without their prefix; others are not about settings."""
    named = {name.lower(): text for name, text in environment.items() if name.lower().startswith(_PREFIX)}
    names = {name.removeprefix(_PREFIX): text for name, text in named.items()}
    return {name: text for name, text in names.items() if name.split(_NESTED)[0] in Settings.__struct_fields__}


def _override(values: dict[str, Any], names: list[str], text: str, variable: str) -> None:
    """Put the value of a variable in the place of what a file says; sections and tables are merged."""
    default: Any = Settings()
    is_entry = False
    for name in names:
        is_entry = isinstance(default, dict)
        default = default.get(name) if is_entry else getattr(default, name, None)
    value: Any = _entry(text) if is_entry else text
    if isinstance(default, bool):
        value = _SWITCHES.get(text.strip().lower(), text.strip())
    elif isinstance(default, int | float):
        value = text.strip()
    elif isinstance(default, Struct | dict | tuple):
        try:
            value = json.loads(text)
        except ValueError as error:
            what = f"value of {(_PREFIX + variable).upper()} is no JSON: {error}"
            raise SettingsError(what, "environment", "mend the CURATOR_… variable") from error
    for name in reversed(names):
        value = {name: value}
    _merge(values, value)


def _entry(text: str) -> Any:
    """Return what an entry of a table is given as: a table or list in JSON, or a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _merge(values: dict[str, Any], over: dict[str, Any]) -> None:
    for name, value in over.items():
        before = values.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            _merge(before, value)
        else:
            values[name] = value


def _from_text(kind: type, value: Any) -> Any:
    """Return a path or a secret of its text."""
    if not isinstance(value, str):
        raise ValueError(f"Expected `str`, got `{type(value).__name__}`")
    return kind(value)


def _problem(error: ValidationError, path: Path) -> SettingsError:
    """Return what is wrong, and where: msgspec names the place at the end of what it says."""
    what, _, place = str(error).partition(" - at `$.")
    name = place.rstrip("`")
    if isinstance(error.__cause__, _Senseless):
        name = f"{name}.{error.__cause__.name}"
    elif unknown := re.search("unknown field `(.*)`", what):
        name = f"{name}.{unknown[1]}"
    remedy = "mend it there or in the CURATOR_… variable"
    return SettingsError(f"setting {name}: {what}", str(path), remedy, name=name)
