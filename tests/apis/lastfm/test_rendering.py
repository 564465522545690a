"""One tree, three spellings."""

from __future__ import annotations

import json
import xmlrpc.client
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.apis.lastfm import render_json, render_xml
from earstead.apis.lastfm import xmlrpc as ours
from earstead.apis.lastfm.errors import ERRORS
from earstead.apis.lastfm.tree import Box, Many, Node, Payload, Text

TRACKS = Box(
    "tracks",
    (
        Many("track", (Box("track", (Text("name", "A & <B>"), Text("listeners", 3)), {"rank": "1"}),)),
        Many("image"),
        Text("date", "09 Jan 2011, 12:41", {"uts": "1294576860"}),
        Box("wiki"),
    ),
    {"total": 1, "artist": 'Say "x"', "xmlns:opensearch": "http://a9.com/"},
)


def test_xml_is_exact() -> None:
    """The envelope is byte-exact, elements compact, quotes and angles escaped."""
    assert render_xml.render(TRACKS) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="ok">'
        '<tracks total="1" artist="Say &quot;x&quot;" xmlns:opensearch="http://a9.com/">'
        '<track rank="1"><name>A &amp; &lt;B&gt;</name><listeners>3</listeners></track>'
        '<date uts="1294576860">09 Jan 2011, 12:41</date><wiki></wiki></tracks></lfm>'
    )
    assert render_xml.render(None) == '<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="ok"></lfm>'
    assert render_xml.render(Text("token", "t"), bare=True).endswith("?>\n<token>t</token>")


def test_json_is_exact() -> None:
    """Attributes of containers under @attr, of leaves beside #text, lists of one as lists, empty ones as lists."""
    assert json.loads(render_json.render(TRACKS)) == {
        "tracks": {
            "track": [{"name": "A & <B>", "listeners": 3, "@attr": {"rank": "1"}}],
            "image": [],
            "date": {"uts": "1294576860", "#text": "09 Jan 2011, 12:41"},
            "wiki": {},
            "@attr": {"total": 1, "artist": 'Say "x"'},
        }
    }
    assert render_json.render(None) == b"{}"


def test_one_as_object() -> None:
    """A lone item of such a list stands by itself, two are a list."""
    item = Box("scrobble", (Text("track", "A"),))
    assert render_json.document(Box("s", (Many("scrobble", (item,), one_as_object=True),)))["s"] == {
        "scrobble": {"track": "A"}
    }
    both = render_json.document(Box("s", (Many("scrobble", (item, item), one_as_object=True),)))
    assert both["s"]["scrobble"] == [{"track": "A"}] * 2


def test_jsonp_is_a_call() -> None:
    """The function's name, the document, a semicolon; separators of lines are escaped."""
    assert render_json.render(Text("a", "x\u2028y"), callback="f") == b'f({"a":"x\\u2028y"});'


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_errors_in_all_spellings(code: int) -> None:
    """Each number has a text and a status; XML is byte-exact, JSON has a number, XML-RPC is a standard fault."""
    text = ERRORS[code].text
    assert text and ERRORS[code].status in {400, 403, 404, 410, 429, 500, 503}
    assert f'<lfm status="failed"><error code="{code}">' in render_xml.render_fault(code, text)
    assert json.loads(render_json.render_fault(code, text)) == {"error": code, "message": text}
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(ours.render_fault(code, text))
    assert (caught.value.faultCode, caught.value.faultString) == (code, text)


TEXTS = st.text(max_size=12)
NAMES = st.sampled_from(["track", "artist", "name", "url"])
ATTRS = st.dictionaries(st.sampled_from(["rank", "uts", "size"]), TEXTS, max_size=2)
LEAVES: st.SearchStrategy[Text] = st.builds(Text, NAMES, TEXTS | st.integers(), ATTRS)


def boxes(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Box]:
    """A box whose children have different names, so that JSON can hold them."""
    unique = st.lists(children, max_size=3, unique_by=lambda node: node.name)
    return st.builds(Box, NAMES, unique.map(tuple), ATTRS)


def lists(items: st.SearchStrategy[Text | Box]) -> st.SearchStrategy[Many]:
    """A list of items of its name."""

    def named(name: str, parts: list[Text | Box]) -> Many:
        renamed = [
            Text(name, p.value, p.attrs) if isinstance(p, Text) else Box(name, p.children, p.attrs) for p in parts
        ]
        return Many(name, tuple(renamed))

    return st.builds(named, NAMES, st.lists(items, max_size=3))


TREES: st.SearchStrategy[Any] = st.recursive(LEAVES, lambda inner: boxes(inner | lists(inner)), max_leaves=12)


def from_xml(element: ElementTree.Element, node: Node) -> Any:
    """What JSON would say of an element, read with the tree's knowledge of what is a list."""
    assert not isinstance(node, Many)
    attrs = dict(element.attrib)
    if isinstance(node, Text):
        text = element.text or ""
        return {**attrs, "#text": text} if attrs else text
    members: dict[str, Any] = {}
    rest = list(element)
    for child in node.children:
        if isinstance(child, Many):
            taken, rest = rest[: len(child.items)], rest[len(child.items) :]
            members[child.name] = [from_xml(e, item) for e, item in zip(taken, child.items, strict=True)]
        else:
            members[child.name] = from_xml(rest.pop(0), child)
    assert rest == []
    return {**members, "@attr": attrs} if attrs else members


def as_xml_would(value: Any) -> Any:
    """A JSON value with numbers as texts, without what XML cannot carry."""
    if isinstance(value, dict):
        return {name: as_xml_would(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_xml_would(part) for part in value]
    text = render_xml._NOT_XML.sub("", str(value)).replace("\r", "\n")
    return " ".join(text.split())


def unified(value: Any) -> Any:
    """A value read from XML, white space as attributes have it after reading."""
    if isinstance(value, dict):
        return {name: unified(part) for name, part in value.items()}
    if isinstance(value, list):
        return [unified(part) for part in value]
    return " ".join(value.split())


@given(TREES)
def test_the_three_spellings_say_the_same(payload: Payload) -> None:
    """XML, JSON and XML-RPC of any tree carry the same members, in the same lists, with the same texts."""
    assert payload is not None
    root = ElementTree.fromstring(render_xml.render(payload).encode())
    assert root.attrib == {"status": "ok"} and len(root) == 1
    said = json.loads(render_json.render(payload))[payload.name]
    assert unified(from_xml(root[0], payload)) == as_xml_would(said)
    (carried,), _ = xmlrpc.client.loads(ours.render(render_xml.element(payload)))
    assert ElementTree.canonicalize(str(carried)) == ElementTree.canonicalize(render_xml.element(payload))
