"""Capture files: what is written is read again, to the byte and the nanosecond; what is cut or damaged says so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import or_stream as ors
from or_stream.bench.captures import Capture, CapturedChunk, CaptureError, read_capture, write_capture
from or_stream.bench.captures.capture import blocks
from or_stream.bench.captures.orx import MAGIC, varint

times = st.lists(st.integers(0, 2**60), max_size=12).map(sorted)
NAMES = ["c.orx", "c.jsonl"]


@st.composite
def captures(draw):
    at = draw(times)
    data = draw(st.lists(st.binary(min_size=1, max_size=300), min_size=len(at), max_size=len(at)))
    return Capture(
        tuple(CapturedChunk(*pair) for pair in zip(at, data, strict=True)),
        end_ns=(at[-1] if at else 0) + draw(st.integers(0, 10**12)),
        messages=draw(st.booleans()),
        status=draw(st.none() | st.integers(100, 599)),
        headers=draw(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)),
        note=draw(st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)),
    )


@settings(deadline=None)  # a busy disk is no failure
@given(capture=captures(), name=st.sampled_from(NAMES), compress=st.booleans())
def test_what_is_written_is_read(tmp_path_factory, capture, name, compress):
    path = tmp_path_factory.mktemp("c") / name
    write_capture(capture, path, compress=compress)
    assert read_capture(path) == capture
    assert read_capture(path.read_bytes()) == capture


@settings(deadline=None)  # a busy disk is no failure
@given(capture=captures(), name=st.sampled_from(NAMES), compress=st.booleans(), data=st.data())
def test_every_prefix_says_that_it_is_cut_and_keeps_what_came(tmp_path_factory, capture, name, compress, data):
    path = tmp_path_factory.mktemp("c") / name
    write_capture(capture, path, compress=compress)
    whole = path.read_bytes()
    # The last byte of a readable capture is a line end, which nothing needs.
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 2))])
    with pytest.raises(CaptureError) as caught:
        read_capture(path)
    kept = caught.value.capture
    if kept is not None:
        assert kept.chunks == capture.chunks[: len(kept.chunks)]
        assert f"kept: {len(kept.chunks)} chunks of {len(kept.body)} bytes" in str(caught.value)


@given(st.binary(max_size=400), st.sampled_from([b"", MAGIC, b'{"orx": 1}\n']))
def test_any_bytes_are_read_or_refused(data, start):
    try:
        read_capture(start + data)
    except CaptureError:
        return


def sample(tmp_path, name="c.orx", **options):
    path = tmp_path / name
    chunks = tuple(CapturedChunk(number * 1000, b"data: {}\n\n" * 40) for number in range(200))
    write_capture(Capture(chunks, 10**6), path, **options)
    return path


def test_a_cut_keeps_every_whole_chunk(tmp_path):
    path = sample(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CaptureError, match=r"c\.orx: cut off within a chunk or before its end; kept: 99 chunks"):
        read_capture(path)


def test_damage_keeps_what_stands_before_it(tmp_path):
    path = sample(tmp_path, compress=True)
    whole = bytearray(path.read_bytes())
    assert len(whole) < 4000  # compressed
    whole[-30:-20] = b"\xff" * 10
    path.write_bytes(whole)
    with pytest.raises(CaptureError, match=r"damaged|cut off"):
        read_capture(path)


@pytest.mark.parametrize("name", NAMES)
def test_another_version_is_refused_by_number(tmp_path, name):
    path = sample(tmp_path, name)
    path.write_bytes(path.read_bytes().replace(b'"orx": 1', b'"orx": 2'))
    with pytest.raises(CaptureError, match="version 2 of the format, but this library reads version 1"):
        read_capture(path)


@pytest.mark.parametrize(
    ("name", "data"), [("c.orx", b""), ("c.orx", b"data: {}\n\n"), ("c.jsonl", b"{}\n"), ("c.jsonl", b"")]
)
def test_a_file_named_as_a_capture_must_be_one(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CaptureError, match="this is no"):
        read_capture(tmp_path / name)


@pytest.mark.parametrize("compress", [False, True])
def test_bytes_behind_the_end_are_an_error(tmp_path, compress):
    path = sample(tmp_path, compress=compress)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CaptureError, match="bytes after its end"):
        read_capture(path)


def test_unknown_compression_is_named(tmp_path):
    header = json.dumps({"orx": 1, "compression": "zstd"}).encode()
    with pytest.raises(CaptureError, match="compressed with 'zstd'"):
        read_capture(MAGIC + varint(len(header)) + header)


def test_the_readable_format_is_lines_of_text(tmp_path):
    path = tmp_path / "c.jsonl"
    write_capture(Capture((CapturedChunk(5, "é\n".encode()), CapturedChunk(7, b"\xff")), 9, status=200), path)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"orx": 1, "messages": False, "status": 200, "headers": {}, "note": {}},
        {"t_ns": 5, "text": "é\n"},
        {"t_ns": 7, "base64": "/w=="},
        {"t_ns": 9, "end": True},
    ]


# Bare bodies


@given(st.text(alphabet="a:\r\n \u2028", max_size=40))
def test_blocks_are_the_body(text):
    assert b"".join(blocks(text.encode())) == text.encode()


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_body_is_cut_behind_each_event(end):
    body = f"data: 1{end}{end}: x{end}data: 2{end}{end}{end}data: 3".encode()
    assert [len(piece.splitlines()) for piece in blocks(body)] == [2, 4, 1]


def test_sse_in_and_out(tmp_path):
    body = ors.synthesize({"id": "r", "object": "response", "status": "completed", "output": []})
    (tmp_path / "in.sse").write_bytes(body)
    capture = read_capture(tmp_path / "in.sse")
    assert (capture.body, {chunk.t_ns for chunk in capture.chunks}) == (body, {0})
    assert len(capture.chunks) == len(body.split(b"\n\n")) - 1
    write_capture(capture, tmp_path / "out.sse")
    assert (tmp_path / "out.sse").read_bytes() == body


def test_messages_get_framing_in_a_bare_body(tmp_path):
    messages = (b'{"type":"a"}', b"no json")
    write_capture(Capture(tuple(CapturedChunk(0, one) for one in messages), messages=True), tmp_path / "out.sse")
    assert (tmp_path / "out.sse").read_bytes() == b'event: a\ndata: {"type":"a"}\n\ndata: no json\n\n'
