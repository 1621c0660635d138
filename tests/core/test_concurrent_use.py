"""Two users of one reader, and a bug in the core: an error each, and no harm to anybody else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import textwrap
import threading
from pathlib import Path

import pytest

import or_stream as ors
from tests.core.wire import answer, frame

ROOT = Path(__file__).parents[2]


def test_two_threads_in_one_reader_get_a_clear_error_and_the_first_is_not_disturbed():
    body = b"".join(map(frame, answer([" word"] * 40_000)))
    assembler = ors.Assembler()
    refused = 0
    stop = threading.Event()

    def intrude() -> None:
        nonlocal refused
        while not stop.is_set():
            try:
                _ = assembler.bytes_seen
            except ors.ConcurrentUse:
                refused += 1

    thread = threading.Thread(target=intrude)
    thread.start()
    try:
        for attempt in range(200):
            try:
                assembler.feed(body)
            except ors.ConcurrentUse:
                continue
            assert assembler_text(assembler) == " word" * 40_000
            assembler = ors.Assembler()
            if refused and attempt > 5:
                break
    finally:
        stop.set()
        thread.join()
    assert refused > 0


def assembler_text(assembler: ors.Assembler) -> str:
    while True:
        try:
            return assembler.output_text
        except ors.ConcurrentUse:
            continue


def test_many_streams_in_many_threads_do_not_meet():
    bodies = [b"".join(map(frame, answer([f" {number}"] * 2_000))) for number in range(8)]
    texts: dict[int, str] = {}

    def read(number: int) -> None:
        for _ in range(10):
            assembler = ors.Assembler()
            for start in range(0, len(bodies[number]), 10_000):
                assembler.feed(bodies[number][start : start + 10_000])
            texts[number] = assembler.output_text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: f" {number}" * 2_000 for number in range(8)}


@pytest.mark.timeout(600)
def test_a_panic_in_the_core_is_an_exception_and_ends_one_stream_only(tmp_path):
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not on the path: the core with a planted panic cannot be built")
    command = [cargo, "build", "--quiet", "--locked", "--package", "or-stream-python", "--features", "planted-panic"]
    subprocess.run(command, cwd=ROOT, check=True)
    built = ROOT / "target" / "debug" / ("lib_core.dylib" if sys.platform == "darwin" else "lib_core.so")
    extension = tmp_path / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"
    shutil.copy(built, extension)
    script = f"""
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("or_stream._core", {str(extension)!r})
        core = importlib.util.module_from_spec(spec)
        sys.modules["or_stream._core"] = core
        spec.loader.exec_module(core)
        import or_stream as ors
        from or_stream import _core
        hit, other = ors.Decoder(), ors.Decoder()
        for _ in range(2):
            try:
                _core._plant_panic(hit)
            except Exception as error:
                assert type(error) is ors.InternalError, error
            else:
                raise AssertionError("no error")
            try:
                hit.feed(b"data: x")
            except ors.InternalError:
                pass
        assert other.feed(b"data: {{}}\\n\\n")
        hit.reset()
        assert hit.feed(b"data: {{}}\\n\\n")
        print("survived")
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert ran.stdout == "survived\n", ran.stderr
