"""What every Folder must do (adapters/folders/port.py). A driver's test file gives ``folder`` and the ``place`` on
this machine where its files really lie."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from adapters.folders import Folder
from interfaces.clock import Deadline
from interfaces.failure import Failure

BAD_PATHS = ["../a", "/etc/passwd", "a/../../b", "a\\b", "CON.txt", "a:b", "", ".ssh/x", "a\n"]


def soon() -> Deadline:
    return Deadline.after(20)


def put(folder: Folder, path: str, data: bytes = b"data") -> None:
    folder.put(path, io.BytesIO(data), soon())


def fetched(folder: Folder, path: str) -> bytes:
    target = io.BytesIO()
    folder.fetch(path, target, soon())
    return target.getvalue()


def code(call: object) -> str:
    with pytest.raises(Failure) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


class FolderSuite:
    def test_bytes_come_back_unchanged(self, folder: Folder) -> None:
        data = bytes(range(256)) * 1000
        put(folder, "out/账单.txt", data)
        assert fetched(folder, "out/账单.txt") == data
        assert [(e.name, e.size) for e in folder.list("out", soon())] == [("账单.txt", len(data))]

    def test_what_is_put_is_never_seen_in_part(self, folder: Folder, place: Path) -> None:
        seen: list[str] = []

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                seen.extend(entry.name for entry in folder.list(".", soon()))
                return super().read(1)

        folder.put("a.txt", Slow(b"four"), soon())
        assert (seen, (place / "a.txt").read_bytes()) == ([], b"four")
        assert [item.name for item in place.iterdir()] == ["a.txt"], "nothing is left lying about"

    def test_nothing_is_ever_written_over(self, folder: Folder) -> None:
        put(folder, "a.txt", b"first")
        put(folder, "b.txt", b"second")
        assert code(lambda: put(folder, "a.txt", b"other")) == "conflict"
        assert code(lambda: folder.move("b.txt", "a.txt", soon())) == "conflict"
        assert (fetched(folder, "a.txt"), fetched(folder, "b.txt")) == (b"first", b"second")

    def test_a_file_moves_into_a_folder_that_is_made_for_it(self, folder: Folder) -> None:
        put(folder, "in/a.txt")
        folder.move("in/a.txt", "in/archive/a.txt", soon())
        assert folder.list("in", soon()) == []
        assert fetched(folder, "in/archive/a.txt") == b"data"

    def test_what_is_not_there_is_not_found(self, folder: Folder) -> None:
        assert folder.list("nowhere", soon()) == []
        assert folder.find("nowhere/a.txt", soon()) is None
        assert code(lambda: fetched(folder, "a.txt")) == "not_found"
        assert code(lambda: folder.move("a.txt", "b.txt", soon())) == "not_found"

    def test_an_upload_that_breaks_leaves_nothing(self, folder: Folder, place: Path) -> None:
        class Broken(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                raise RuntimeError("the source is gone")

        with pytest.raises(RuntimeError):
            folder.put("a.txt", Broken(), soon())
        assert list(place.iterdir()) == []
        put(folder, "a.txt")

    def test_links_and_hidden_files_do_not_exist(self, folder: Folder, place: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_bytes(b"outside")
        (place / "link.txt").symlink_to(secret)
        (place / ".hidden").write_bytes(b"x")
        assert folder.list(".", soon()) == []
        assert folder.find("link.txt", soon()) is None
        assert code(lambda: fetched(folder, "link.txt")) == "not_found"
        assert code(lambda: folder.move("link.txt", "b.txt", soon())) == "not_found"
        assert code(lambda: put(folder, "link.txt")) == "conflict"
        assert secret.read_bytes() == b"outside"

    def test_a_folder_that_is_a_link_leads_nowhere(self, folder: Folder, place: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "a.txt").write_bytes(b"x")
        (place / "in").symlink_to(outside)
        assert code(lambda: fetched(folder, "in/a.txt")) == "invalid"
        assert code(lambda: put(folder, "in/b.txt")) == "invalid"
        assert [item.name for item in outside.iterdir()] == ["a.txt"]

    @pytest.mark.parametrize(
        "path", ["../a", "/etc/passwd", "a/../../b", "a\\b", "CON.txt", "a:b", "", ".ssh/x", "a\n"]
    )
    def test_a_path_that_is_no_plain_name_is_refused(self, folder: Folder, path: str) -> None:
        assert code(lambda: put(folder, path)) == "invalid"
        assert code(lambda: fetched(folder, path)) == "invalid"
        assert code(lambda: folder.find(path, soon())) == "invalid"

    def test_no_time_left_does_nothing(self, folder: Folder, place: Path) -> None:
        late = Deadline.after(0)
        assert code(lambda: folder.put("a.txt", io.BytesIO(b"x"), late)) == "unavailable"
        assert code(lambda: folder.list(".", late)) == "unavailable"
        assert list(place.iterdir()) == []

    def test_threads_share_a_folder_and_one_name_has_one_winner(self, folder: Folder) -> None:
        told: list[str] = []
        lost: list[str] = []

        def write(number: int) -> None:
            put(folder, f"{number}.txt", str(number).encode())
            try:
                put(folder, "one.txt", str(number).encode())
                told.append(str(number))
            except Failure as failure:
                lost.append(failure.code)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [fetched(folder, "one.txt").decode()] == told
        assert lost == ["conflict"] * 5
        assert len(folder.list(".", soon())) == 7

    def test_closing_twice_is_fine(self, folder: Folder) -> None:
        folder.close()
        folder.close()
