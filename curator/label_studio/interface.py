"""The labelling interface: a label schema as Label Studio's XML."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

from curator.domain.schema import AttributeKind, LabelSchema, Layer
from curator.label_studio.results import TEXT

_PAGE = "display: flex; flex-direction: column; gap: 8px;"
# The labels stay in view above the text while it scrolls, and what is asked of a region below it.
_BAR = "position: sticky; z-index: 2; padding: 4px 0; background: var(--color-neutral-background, #fff);"
_LABELS = f"{_BAR} top: 0;"
_REGION = f"{_BAR} bottom: -10px; display: flex; flex-wrap: wrap; gap: 4px 32px;"
_NOTE = "flex: 1 1 240px;"
_TITLE = "margin: 4px 0; font-size: 13px; line-height: 16px;"
_TEXT = "padding: 8px 12px; border: 1px solid var(--color-neutral-border, #d0d0d8);"


def labelling_config(schema: LabelSchema) -> str:
    """Return the labelling interface of a schema; the same schema always gives the same text."""
    page = ET.Element("View", style=_PAGE)
    labels = ET.SubElement(page, "View", style=_LABELS)
    for layer in schema.layers:
        _add_layer(labels, layer)
    if schema.relations:
        relations = ET.SubElement(page, "Relations")
        for relation in schema.relations:
            ET.SubElement(relations, "Relation", value=relation.name)
    text = ET.SubElement(page, "View", style=_TEXT)
    # Whole words would keep an annotator from taking a name without the elided article before it.
    ET.SubElement(text, "Text", name=TEXT, value=f"${TEXT}", granularity="symbol", showLabels="true")
    region = ET.SubElement(page, "View", style=_REGION)
    for attribute in schema.attributes:
        _add_attribute(region if attribute.per_region else page, attribute)
    ET.indent(page)
    return ET.tostring(page, encoding="unicode")


def same_config(config: str, expected: str) -> bool:
    """Say whether two labelling interfaces differ in nothing but spacing and the order of attributes."""
    if config == expected:
        return True
    try:
        return ET.canonicalize(config, strip_text=True) == ET.canonicalize(expected, strip_text=True)
    except ET.ParseError:
        return False


def words_of(html: str) -> list[str]:
    """Return the words that a page of HTML shows, in order."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join(parser.texts).split()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _add_layer(parent: ET.Element, layer: Layer) -> None:
    ET.SubElement(parent, "Header", value=layer.title, size="6", style=_TITLE)
    control = ET.SubElement(parent, "Labels", name=layer.name, toName=TEXT, showInline="true")
    for label in layer.labels:
        element = ET.SubElement(control, "Label", value=label.name, background=label.colour, hotkey=label.hotkey)
        if label.description:
            element.set("hint", label.description)


def _add_attribute(page: ET.Element, attribute: AttributeKind) -> None:
    shown = {"visibleWhen": "region-selected"} if attribute.per_region else {}
    room = {} if attribute.choices else {"style": _NOTE}
    box = ET.SubElement(page, "View", {**shown, **room})
    ET.SubElement(box, "Header", value=attribute.title, size="6", style=_TITLE)
    scope = {"perRegion": "true"} if attribute.per_region else {}
    if attribute.choices:
        options = {"choice": "single", "showInline": "true"}
        control = ET.SubElement(box, "Choices", {"name": attribute.name, "toName": TEXT, **options, **scope})
        for choice in attribute.choices:
            ET.SubElement(control, "Choice", value=choice)
    else:
        options = {"rows": "1", "maxSubmissions": "1", "editable": "true"}
        ET.SubElement(box, "TextArea", {"name": attribute.name, "toName": TEXT, **options, **scope})
