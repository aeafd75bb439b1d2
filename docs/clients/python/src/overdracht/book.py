"""What has to outlive this process: the ids of reports, written down before they are sent, and the cursor of the outbox.

A file is enough for a small system. One with a database keeps both there, in the transaction of what they belong to.
"""
import json
import os
import pathlib
import uuid


class Book:
    def __init__(self, path):
        self._path = pathlib.Path(path)
        self._kept = {"ids": {}, "cursor": ""}
        if self._path.exists():
            self._kept = json.loads(self._path.read_text(encoding="utf-8"))

    def request_id(self, once):
        """The id of the report that `once` names: the same one each time that it is asked for, also after a crash."""
        if once not in self._kept["ids"]:
            self._kept["ids"][once] = str(uuid.uuid4())
            self._write()
        return self._kept["ids"][once]

    @property
    def cursor(self):
        return self._kept["cursor"]

    def keep(self, cursor):
        self._kept["cursor"] = cursor
        self._write()

    def _write(self):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_name(self._path.name + ".new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump(self._kept, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
