"""Which file of a folder is to be taken next: whole, of an agreed name, and in the order of the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from adapters.files.ledger import Ledger
from adapters.folders import Entry, Folder
from interfaces.clock import Deadline, monotonic
from interfaces.contract.file_name import FileName
from interfaces.spec.file_settings import FileSettings

Tell = Callable[[str, str, str, Mapping[str, object]], None]
"""What an operator should know: what happened, to which file, why, details."""


class Inbox:
    """Looked at by one thread. Every odd thing is told once as long as it lasts."""

    def __init__(self, settings: FileSettings, folder: Folder, ledger: Ledger, tell: Tell) -> None:
        self._settings = settings
        self._folder = folder
        self._ledger = ledger
        self._tell = tell
        self._seen: dict[str, tuple[tuple[int, float], float]] = {}
        self._since: dict[str, float] = {}
        self._told: set[str] = set()

    def next(self, deadline: Deadline) -> FileName | None:
        """The first file that can be taken now."""
        entries = self._folder.list(self._settings.folder, deadline)
        whole = self._whole(entries)
        waiting: set[str] = set()
        found = next((file for file in whole if not self._waits(file, waiting, deadline)), None)
        self._forget(entries, waiting)
        return found

    def _whole(self, entries: Sequence[Entry]) -> list[FileName]:
        """Files that are whole, by date and number."""
        flags = {self._settings.flag_of(entry.name).casefold() for entry in entries}
        names = {entry.name.casefold() for entry in entries}
        found = []
        for entry in entries:
            file = self._settings.name.parse(entry.name)
            if file is None:
                if entry.name.casefold() not in flags:
                    self._once("stranger", entry.name, f"the name is not the agreed {self._settings.name.text}")
            elif self._is_whole(entry, names):
                found.append(file)
        return sorted(found, key=lambda file: (file.date, file.sequence, file.name))

    def _is_whole(self, entry: Entry, names: set[str]) -> bool:
        if not self._settings.flag:
            return self._stable(entry)
        flag = self._settings.flag_of(entry.name)
        if flag.casefold() in names:
            return True
        if self._lasts(f"flag {entry.name}", self._settings.late):
            self._once("no flag", entry.name, f"its flag file {flag} has not come")
        return False

    def _stable(self, entry: Entry) -> bool:
        now, looks = monotonic(), (entry.size, entry.changed)
        before, since = self._seen.get(entry.name, (None, now))
        if before != looks:
            self._seen[entry.name], since = (looks, now), now
        return now - since >= self._settings.stable

    def _waits(self, file: FileName, waiting: set[str], deadline: Deadline) -> bool:
        """Whether a number before this one is missing, and how long already."""
        if not self._settings.name.numbered:
            return False
        taken = self._ledger.numbers(file.date, deadline)
        missing = list(islice((n for n in range(self._settings.first, file.sequence) if n not in taken), 5))
        if not missing:
            return False
        gap = f"gap {file.date} {missing[0]}"
        waiting.add(gap)
        late = self._lasts(gap, self._settings.late)
        if late:
            numbers = ", ".join(map(str, missing))
            self._once("gap", file.name, f"number {numbers} of {file.date or 'all days'} has not come", gap)
        return not late or self._settings.gap == "wait"

    def _lasts(self, what: str, seconds: float) -> bool:
        return monotonic() - self._since.setdefault(what, monotonic()) >= seconds

    def _once(self, what: str, name: str, reason: str, key: str = "") -> None:
        key = key or f"{what} {name}"
        if key not in self._told:
            self._told.add(key)
            self._tell(f"file alarm: {what}", name, reason, {})

    def _forget(self, entries: Sequence[Entry], waiting: set[str]) -> None:
        """What no longer lasts may be told again when it comes back."""
        names = {entry.name for entry in entries}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        lasting = {f"{what} {name}" for name in names for what in ("flag", "no flag", "stranger")} | waiting
        self._since = {what: since for what, since in self._since.items() if what in lasting}
        self._told &= lasting
