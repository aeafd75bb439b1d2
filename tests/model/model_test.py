"""The model gives what the worked cases and the totals of the region's three years say."""
import importlib.machinery
import importlib.util
import json
import lzma
import pathlib
import sys
import unittest
from datetime import datetime

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(HERE), str(TESTS / "cases")]
import case_file  # noqa: E402
import compare  # noqa: E402
import model  # noqa: E402


def script(path):
    """A program without .py as a module."""
    loader = importlib.machinery.SourceFileLoader(path.name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(path.name, loader))
    loader.exec_module(module)
    return module


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


class ModelTest(unittest.TestCase):
    def test_worked_cases(self):
        paths = sorted((TESTS / "cases").glob("*.case"))
        self.assertGreater(len(paths), 70)
        for path in paths:
            with self.subTest(path.stem):
                case = case_file.read(path.stem, path.read_text(encoding="utf-8"))
                lines = [line.encode() for line in case.lines]
                answers, trajecten, outboxes = model.run(lines, moment(case.advance_to) if case.advance_to else None)
                found = [*compare.answers(case.answers, answers), *compare.trajecten(case.trajecten, trajecten)]
                for oin in {*case.outboxes, *outboxes}:
                    found += compare.outbox(oin, case.outboxes.get(oin, []), outboxes.get(oin, []))
                self.assertEqual(found, [])

    def test_three_years_of_a_region(self):
        region = script(TESTS / "region" / "run")
        lines = lzma.open(TESTS / "region" / "almelo-2017.jsonl.xz").read().split(b"\n")[:-1]
        answers, trajecten, outboxes = model.run(lines, moment(region.END))
        for box in outboxes.values():
            for row in box:
                row["type"] = row["kind"]
        expected = json.loads((TESTS / "region" / "almelo-2017.totals.json").read_text())
        self.assertEqual(list(region.differences(expected, region.totals(answers, trajecten, outboxes, False), False)), [])


if __name__ == "__main__":
    unittest.main()
