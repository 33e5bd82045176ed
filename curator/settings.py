"""What can be configured, and where each value comes from: environment before file before default."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from curator.domain.errors import SettingsError
from curator.domain.policy import POLICIES


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelStudioSettings(_Section):
    # An address may have a password in it.
    url: str = Field("", repr=False)
    token: SecretStr = SecretStr("")
    port: int = Field(8080, ge=1, le=65535)
    executable: Path = Path(".venv-label-studio/bin/label-studio")
    timeout: float = Field(30.0, gt=0)
    annotators_per_document: int = Field(1, ge=1)


class HookSettings(_Section):
    host: str = "127.0.0.1"
    port: int = Field(8081, ge=1, le=65535)
    webhook_port: int = Field(0, ge=0, le=65535)
    public_url: str = ""
    workers: int = Field(1, ge=1)
    threads: int = Field(8, ge=1)
    max_body_mb: int = Field(32, ge=1)
    keep_bodies_days: float = Field(30, ge=0)


class DatabaseSettings(_Section):
    url: SecretStr = SecretStr("")


class IngestSettings(_Section):
    max_text_bytes: int = Field(1_000_000, ge=1)


class PipelineSettings(_Section):
    name: str = "configs/rules.cfg"
    workers: int = Field(1, ge=1)
    label_map: dict[str, dict[str, str]] = {}
    span_groups: dict[str, dict[str, str]] = {}
    ignore: dict[str, tuple[str, ...]] = {}


class MlSettings(_Section):
    connect: bool = True


class SplitSettings(_Section):
    seed: str = "curator"
    train: float = Field(0.8, ge=0, le=1)
    dev: float = Field(0.1, ge=0, le=1)
    test: float = Field(0.1, ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> "SplitSettings":
        if abs(self.train + self.dev + self.test - 1) > 1e-9:
            raise ValueError("train, dev and test must sum to 1")
        return self


class SyncSettings(_Section):
    every: float = Field(300, gt=0)
    max_deletion_share: float = Field(0.25, ge=0, le=1)
    deletion_window: float = Field(24, gt=0, le=8784)


class ExportSettings(_Section):
    path: Path = Path("exports")
    policy: str = "latest"
    named_annotators: bool = False

    @field_validator("policy")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in POLICIES:
            raise ValueError(f"choose one of {', '.join(sorted(POLICIES))}")
        return name


class TrainSettings(_Section):
    config: Path = Path("configs/train.cfg")
    min_train: int = Field(5, ge=1)
    min_dev: int = Field(1, ge=1)


class Settings(BaseSettings):
    """All settings; see configs/curator.toml for what each means."""

    model_config = SettingsConfigDict(
        env_prefix="CURATOR_", env_nested_delimiter="__", extra="ignore", frozen=True, validate_default=True
    )

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
    train: TrainSettings = TrainSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings, init_settings)


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
    unknown = sorted(set(values) - _names())
    if unknown:
        raise SettingsError(
            f"unknown setting {unknown[0]!r}", str(path), "see configs/curator.toml for the names", name=unknown[0]
        )
    try:
        return Settings(**values)
    except SourceError as error:
        raise SettingsError(str(error), "environment", "mend the CURATOR_… variable") from error
    except ValidationError as error:
        raise _first_problem(error, path) from error


def _names() -> set[str]:
    return set(Settings.model_fields)


def _first_problem(error: ValidationError, path: Path) -> SettingsError:
    first: Any = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    remedy = "mend it there or in the CURATOR_… variable"
    return SettingsError(f"setting {name}: {first['msg']}", str(path), remedy, name=name)
