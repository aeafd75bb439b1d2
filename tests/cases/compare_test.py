"""A comparison that finds nothing proves nothing: each way in which a run may differ is found, and what means the same is not."""
import copy
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import case_file  # noqa: E402
import compare  # noqa: E402


def read(name):
    return case_file.read(name, (HERE / f"{name}.case").read_text(encoding="utf-8"))


CASE = read("a-crisis-holds-the-transferring-handover")
OIN = case_file.OIN["wijk-noord"]


class CompareTest(unittest.TestCase):
    def setUp(self):
        self.answers, self.trajecten, self.box = copy.deepcopy((CASE.answers, CASE.trajecten, CASE.outboxes[OIN]))

    def differences(self):
        return [
            *compare.answers(CASE.answers, self.answers),
            *compare.trajecten(CASE.trajecten, self.trajecten),
            *compare.outbox("wijk-noord", CASE.outboxes[OIN], self.box),
        ]

    def assert_found(self, words):
        found = self.differences()
        self.assertTrue(any(words in difference for difference in found), f"{words!r} is not in {found}")

    def find(self, kind):
        return next(row for row in self.box if row["kind"] == kind)

    def test_the_same_is_the_same(self):
        self.assertEqual(self.differences(), [])

    def test_what_means_the_same_is_the_same(self):
        self.find("offer-received")["data"].update(answerBy="2017-01-10T10:00:00.000+01:00", next={"at": "x"}, categories=["wonen"])
        for row in self.box:
            row["sequence"] = f"{self.box.index(row):020}"
            row["type"] = f"nl.overdracht.notices.{row.pop('kind')}.v1"
        self.trajecten[0].update(version="abc", stateHash="def", extra=1)
        self.trajecten[0]["handovers"][0]["extra"] = 1
        self.assertEqual(self.differences(), [])

    def test_order_within_a_moment_is_free(self):
        start = [row for row in self.box if row["at"] == self.box[0]["at"]]
        self.assertGreater(len(start), 1)
        self.box[:len(start)] = reversed(start)
        self.assertEqual(self.differences(), [])

    def test_order_of_moments(self):
        self.box[0], self.box[-1] = self.box[-1], self.box[0]
        self.assert_found("but the next ones are")

    def test_answers(self):
        self.answers[4]["code"] = "ROLE_NOT_ALLOWED"
        self.assert_found("line 5: expected refused ILLEGAL_STATE, but it was refused ROLE_NOT_ALLOWED")
        self.answers[4].update(code="ILLEGAL_STATE", message="no")
        self.assert_found("line 5: the message does not say")
        self.answers[0]["duplicate"] = True
        self.assert_found("line 1: expected duplicate False")
        del self.answers[2]
        self.assert_found("line 3: expected an answer")
        self.answers.append({"line": 99, "outcome": "accepted"})
        self.assert_found("line 99: expected no answer")

    def test_trajecten(self):
        row = self.trajecten[0]
        for name, value in (("phase", "na"), ("openTasks", row["openTasks"][1:]), ("episodes", [])):
            self.trajecten = [{**row, name: value}]
            self.assert_found(f"{name}: ")
        self.trajecten = [{**row, "participants": row["participants"][::-1]}]
        self.assert_found("expected the order")
        self.trajecten = []
        self.assert_found("expected in the list")
        self.trajecten = [row, {**row, "traject": "0"}]
        self.assert_found("expected none of that id")
        self.assert_found("sorted by id")

    def test_outboxes(self):
        self.find("handover-changed")["data"]["dueBy"] = "2017-01-10T09:00:01Z"
        self.assert_found("but it was not told")
        self.assert_found("but it was not expected")
        self.box = CASE.outboxes[OIN] + CASE.outboxes[OIN][-1:]
        self.assert_found("but it was not expected")
        self.box = [{**row, "sequence": "1"} for row in CASE.outboxes[OIN]]
        self.assert_found("`sequence` to rise")


class CaseFileTest(unittest.TestCase):
    def test_every_case_reads_back_as_it_is_written(self):
        paths = sorted(HERE.glob("*.case"))
        self.assertGreater(len(paths), 70)
        for path in paths:
            text = path.read_text(encoding="utf-8")
            case = case_file.read(path.stem, text)
            self.assertEqual(case_file.write(case), text, path.name)
            self.assertTrue(case.answers and case.rule, path.name)

    def test_a_line_that_means_nothing_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "x.case:5"):
            case_file.read("x", "# rule\ntraject t\n\n2017-01-02T09:00Z\n  told nobody: x\n")


if __name__ == "__main__":
    unittest.main()
