"""A matplotlib figure as SVG that lives inside a page: small, in the page's colours and font, with a description.

matplotlib writes whole documents. Several of them on one page would disturb each other: their ids repeat, and their
style sheets colour everything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
#: what the pictures are drawn with on white paper, and the page's colour that takes its place in both themes
COLORS = {
    "#000000": "currentColor",
    "#ffffff": "var(--paper)",
    "#808080": "var(--soft)",
    "#696969": "var(--soft)",
    "#b0b0b0": "var(--rule)",
    "#cccccc": "var(--rule)",
    "#d3d3d3": "var(--rule)",
    "#b00020": "var(--loud)",
}
#: decimals of a coordinate: a tenth of a point is less than a pixel
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_STROKE = re.compile(r"M(\S+) (\S+)L(\S+) (\S+)")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline(figure: Figure, name: str, title: str, description: str) -> str:
    """The figure as one ``<svg>`` element whose ids begin with ``name``; the same figure gives the same text.

    Text stays text, so that it is selectable, read aloud and small.
    """
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    root = ET.fromstring(out.getvalue())
    width, height = (float(v) for v in root.attrib["viewBox"].split()[2:])
    _strip(root)
    _rename(root, name)
    for element in root.iter():
        _lighten(element)
    _flatten(root)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    root.set("style", f"--width: {width:.0f}; --height: {height:.0f}")
    words = [ET.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"}) for tag in ("title", "desc")]
    words[0].text, words[1].text = title, description
    root[:0] = words
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode").replace(" />", "/>"))


def _strip(root: ET.Element) -> None:
    """Take out the metadata and the style sheet, which would colour the whole page."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)


def _rename(root: ET.Element, name: str) -> None:
    """Ids that something refers to get short names of this picture's own; the others go."""
    used: dict[str, str] = {}

    def short(old: str) -> str:
        return used.setdefault(old, f"{name}-{len(used)}")

    href = f"{{{XLINK}}}href"
    for element in root.iter():
        if element.get(href, "").startswith("#"):
            element.set("href", "#" + short(element.attrib.pop(href)[1:]))
        for key, value in element.attrib.items():
            if "url(#" in value:
                element.set(key, _REFERENCE.sub(lambda found: f"url(#{short(found[1])})", value))
    for element in root.iter():
        old = element.attrib.pop("id", None)
        if old in used:
            element.set("id", used[old])


def _lighten(element: ET.Element) -> None:
    """Fewer decimals, the page's colours, and no font but the page's."""
    for key, value in element.attrib.items():
        if key in ("d", "x", "y", "transform", "width", "height", "points"):
            rounded = _NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), " ".join(value.split()))
            element.set(key, re.sub(r" ?([A-Za-z]) ?", r"\1", rounded) if key == "d" else rounded)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    style = element.attrib.pop("style", None)
    if style is None:
        return
    kept = []
    for part in filter(None, (part.strip() for part in style.split(";"))):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font-family":
            continue
        if key == "font":  # older releases of matplotlib: "italic 8px 'DejaVu Sans'"
            key, value = "font-size", next(word for word in value.split() if word.endswith("px"))
        kept.append(f"{key}:{COLORS.get(value.lower(), value)}")
    if kept:
        element.set("style", ";".join(kept))


def _flatten(root: ET.Element) -> None:
    """Take out what draws nothing: groups without attributes (their children stay), and paths without line and fill.

    A mark's style is that of its definition, so each use of it need not repeat it.
    """
    styles = {element.get("id"): element.get("style") for element in root.iter() if element.get("id")}
    for element in root.iter(f"{{{SVG}}}use"):
        if element.get("style") == styles.get(element.get("href", "")[1:]):
            element.attrib.pop("style", None)
    for parent in list(root.iter()):
        children: list[ET.Element] = []
        for child in parent:
            children += _visible(child)
        parent[:] = children
    for parent in list(root.iter()):
        if parent.tag != f"{{{SVG}}}text":
            _gather(parent)
    strokes = {e.get("id"): e for e in root.iter(f"{{{SVG}}}path") if e.get("id") and _STROKE.fullmatch(e.get("d", ""))}
    for parent in list(root.iter()):
        _join(parent, strokes)


def _join(parent: ET.Element, strokes: Mapping[str | None, ET.Element]) -> None:
    """Neighbouring uses of one straight stroke (the caps of intervals) become one path."""
    children: list[ET.Element] = []
    for name, run in groupby(list(parent), key=lambda child: child.get("href", "")[1:]):
        found = list(run)
        stroke = strokes.get(name)
        if len(found) < 2 or stroke is None or any(set(child.attrib) != {"x", "y", "href"} for child in found):
            children += found
            continue
        x0, y0, x1, y1 = map(float, _STROKE.fullmatch(stroke.attrib["d"]).groups())  # type: ignore[union-attr]
        lines = []
        for child in found:
            x, y = float(child.attrib["x"]), float(child.attrib["y"])
            lines.append(f"M{x + x0:.4g} {y + y0:.4g}l{x1 - x0:.4g} {y1 - y0:.4g}")
        children.append(ET.Element(f"{{{SVG}}}path", {"d": "".join(lines), "style": stroke.get("style", "")}))
    parent[:] = children


def _gather(parent: ET.Element) -> None:
    """Neighbours that are drawn the same way say so once, in a group around them."""
    children: list[ET.Element] = []
    for shared, run in groupby(list(parent), key=lambda child: _manner(child)):
        found = list(run)
        if len(found) < 2 or not shared:
            children += found
            continue
        if _are_lines(found):
            line = "".join(child.attrib["d"] for child in found)
            children.append(ET.Element(f"{{{SVG}}}path", {"d": line, **dict(shared)}))
            continue
        for child in found:
            for key, _ in shared:
                del child.attrib[key]
        group = ET.Element(f"{{{SVG}}}g", dict(shared))
        group.extend(found)
        children.append(group)
    parent[:] = children


def _are_lines(found: Sequence[ET.Element]) -> bool:
    """Whether these are paths without a filling and nothing of their own, so that one path draws them all."""
    return all(
        child.tag == f"{{{SVG}}}path"
        and set(child.attrib) <= {"d", "style", "clip-path"}
        and child.get("style", "").startswith("fill:none")
        for child in found
    )


def _manner(element: ET.Element) -> tuple[tuple[str, str], ...]:
    """What a group can say for its members; an opacity would be of the group as a whole."""
    if re.search(r"(^|;)opacity:", element.get("style", "")):
        return ()
    return tuple((key, element.attrib[key]) for key in ("style", "clip-path") if key in element.attrib)


def _visible(element: ET.Element) -> list[ET.Element]:
    if element.tag == f"{{{SVG}}}g" and not element.attrib:
        return [kept for child in element for kept in _visible(child)]
    if element.tag == f"{{{SVG}}}defs" and not len(element):
        return []
    if element.tag == f"{{{SVG}}}path" and element.get("style") == "fill:none" and not element.get("id"):
        return []
    return [element]
