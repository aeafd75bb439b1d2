"""Both verifiers say the same of good exports and of broken ones: agree_test.py SAMPLE_EXPORT VERIFY_ALL"""
import copy
import hashlib
import io
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import verify  # noqa: E402

SAMPLE_EXPORT, VERIFY_ALL = sys.argv[1:3]
SEED = 20261126


class Export:
    """An export taken apart, to be changed and put together again."""

    def __init__(self, data):
        self.partitions = []
        at = 8
        while at < len(data):
            at += 4
            batches = []
            while length := int.from_bytes(data[at:at + 4], "big"):
                batches.append(verify.Batch(data[at + 4:at + 4 + length]))
                batches[-1].data = data[at + 4:at + 4 + length]
                at += 4 + length
            at += 4 + 48
            self.partitions.append(batches)

    def put_together(self):
        out = b"OVX\x01" + struct.pack(">I", len(self.partitions))
        for number, batches in enumerate(self.partitions):
            out += struct.pack(">I", number)
            for batch in batches:
                out += struct.pack(">I", len(batch.data)) + batch.data
            records = sum(len(batch.records) for batch in batches)
            out += struct.pack(">IQQ", 0, len(batches), records) + (batches[-1].hash if batches else verify.ZERO)
        return out


def forge(batch, records=None, **header):
    """The batch with other records (traject, previous, data) or fields, its links and hash made anew."""
    batch = copy.copy(batch)
    vars(batch).update(header)
    if records is None:
        records = [(traject, previous, data) for traject, previous, _, data in batch.records]
    data = b"OVB\x01" + struct.pack(">BQQ", batch.kind, batch.number, batch.epoch) + batch.owner + batch.previous
    data += struct.pack(">QQQ", batch.input_from, batch.input_to, batch.first_record) + batch.data[93:141]
    data += struct.pack(">I", len(records)) + batch.data[145:146 + batch.data[145]]
    links = [verify.fields_hash(b"overdracht.record.v1", *record) for record in records]
    batch.hash = verify.fields_hash(b"overdracht.batch.v1", data, *links)
    for (traject, previous, stored), link in zip(records, links):
        data += bytes([len(traject)]) + traject + previous + link + struct.pack(">I", len(stored)) + stored
    batch.records = [(traject, previous, link, stored) for (traject, previous, stored), link in zip(records, links)]
    batch.data = data + batch.hash
    return batch


class Agree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.good = cls.sample(1, 8, 3)
        cls.two = cls.sample(2, 4, 2)
        cls.export = Export(cls.good)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def sample(cls, partitions, batches, records):
        path = cls.folder / "good"
        subprocess.run([SAMPLE_EXPORT, path, str(partitions), str(batches), str(records)], check=True)
        return path.read_bytes()

    def both_of_each(self, exports, heads=None):
        """What both say of each; fails where they differ."""
        paths = []
        for number, data in enumerate(exports):
            paths.append(self.folder / str(number))
            paths[-1].write_bytes(data)
        asked = "".join(f"{path} {heads or ''}\n" for path in paths)
        said = subprocess.run([VERIFY_ALL], input=asked, check=True, capture_output=True, text=True).stdout.splitlines()
        self.assertEqual(len(said), len(exports))
        kept = verify.read_heads(heads) if heads else ({}, {})
        for number, data in enumerate(exports):
            first, second = json.loads(said[number]), verify.Verifier(io.BytesIO(data), kept).run()
            why = (number, first.pop("why", None), second.pop("why", None))
            self.assertEqual(first, second, why)
            said[number] = first
        return said

    def both(self, data, heads=None):
        return self.both_of_each([data], heads)[0]

    def diverges(self, data, position=None, heads=None):
        found = self.both(data, heads)
        self.assertFalse(found["verified"])
        if position:
            self.assertEqual(found["position"], position)
        return found["position"]

    def changed(self, *changes):
        """The good export with batches put through functions (index, function) and put together again."""
        export = copy.deepcopy(self.export)
        for index, change in changes:
            export.partitions[0][index] = change(export.partitions[0][index])
        return export.put_together()

    def test_good_exports(self):
        self.assertEqual(self.export.put_together(), self.good)
        found = self.both(self.good)
        self.assertTrue(found["verified"])
        self.assertEqual((found["records"], found["heads"]), (24, 6))
        self.assertEqual(self.both(self.two)["heads"], 12)
        for shape in ((1, 0, 0), (3, 1, 0), (1, 1, 1), (2, 30, 20)):
            self.assertTrue(self.both(self.sample(*shape))["verified"], shape)

    def test_the_root_is_that_of_rfc_9162(self):
        """By the definition itself, over one to nine leaves."""
        for leaves in range(1, 10):
            data = [bytes([i]) * (i + 1) for i in range(leaves)]
            nodes = [hashlib.sha256(b"\x00" + d).digest() for d in data]
            while len(nodes) > 1:  # pairs from the left, an odd one goes up as it is
                nodes = [hashlib.sha256(b"\x01" + b"".join(nodes[i:i + 2])).digest() if i + 1 < len(nodes) else nodes[i] for i in range(0, len(nodes), 2)]
            self.assertEqual(verify.root(data), nodes[0])

    def test_any_flipped_byte(self):
        for good in (self.good, self.two):
            broken = []
            for at in range(len(good)):
                broken.append(bytearray(good))
                broken[-1][at] ^= (0x01, 0x80, 0xFF)[at % 3]
            for at, found in enumerate(self.both_of_each(broken)):
                self.assertFalse(found["verified"], at)

    def test_a_flipped_byte_in_a_record_names_it(self):
        for batch in self.export.partitions[0]:
            for i, (_, _, link, data) in enumerate(batch.records):
                at = self.good.index(link) + 32 + 4 + len(data) // 2
                bad = bytearray(self.good)
                bad[at] ^= 0x10
                self.diverges(bytes(bad), f"0:{batch.first_record + i}")

    def test_any_place_to_cut_the_file(self):
        for size, found in enumerate(self.both_of_each([self.good[:size] for size in range(len(self.good))])):
            self.assertFalse(found["verified"], size)
        self.diverges(self.good + b"x", "0:25")
        self.diverges(b"", "0:1")

    def test_batches_taken_out(self):
        for index, batch in enumerate(self.export.partitions[0]):
            export = copy.deepcopy(self.export)
            del export.partitions[0][index]
            last = index == len(self.export.partitions[0]) - 1
            if last:  # a copy that was made earlier: only heads that were kept show it
                self.assertTrue(self.both(export.put_together())["verified"])
            else:
                self.diverges(export.put_together(), f"0:{batch.first_record}")

    def test_batches_that_changed_places(self):
        for index in range(len(self.export.partitions[0]) - 1):
            export = copy.deepcopy(self.export)
            batches = export.partitions[0]
            batches[index], batches[index + 1] = batches[index + 1], batches[index]
            self.diverges(export.put_together(), f"0:{self.export.partitions[0][index].first_record}")

    def test_a_batch_twice(self):
        export = copy.deepcopy(self.export)
        export.partitions[0].insert(4, export.partitions[0][3])
        self.diverges(export.put_together(), f"0:{export.partitions[0][5].first_record}")

    def test_forged_batches(self):
        batches = self.export.partitions[0]
        start = f"0:{batches[4].first_record}"
        forgeries = {
            "another number": {"number": 9}, "an older epoch": {"epoch": 0}, "a later epoch": {"epoch": 7}, "another owner": {"owner": bytes(16)},
            "made behind another": {"previous": bytes(32)}, "input left out": {"input_from": batches[4].input_from + 1},
            "input twice": {"input_from": batches[4].input_from - 1}, "input backwards": {"input_to": batches[4].input_from - 1},
            "records left out": {"first_record": batches[4].first_record + 1}, "records twice": {"first_record": batches[4].first_record - 1},
            "the other kind": {"kind": 3 - batches[4].kind}, "no kind": {"kind": 0},
        }
        for what, header in forgeries.items():
            with self.subTest(what):
                self.diverges(self.changed((4, lambda batch, header=header: forge(batch, **header))), start)
        self.diverges(self.changed((0, lambda batch: forge(batch, kind=1))), "0:1")
        self.diverges(self.changed((0, lambda batch: forge(batch, kind=1, epoch=0, owner=bytes(16)))), "0:1")
        self.diverges(self.changed((0, lambda batch: forge(batch, epoch=2))), "0:1")

    def test_a_forgery_with_right_hashes_shows_in_the_next_batch(self):
        work = next(i for i, batch in enumerate(self.export.partitions[0]) if i > 2 and batch.records)

        def change(batch):
            records = [(traject, previous, data) for traject, previous, _, data in batch.records]
            records[0] = (records[0][0], records[0][1], records[0][2] + b"\x5a\x00")
            return forge(batch, records)

        found = self.diverges(self.changed((work, change)))
        self.assertGreater(int(found[2:]), self.export.partitions[0][work].first_record)

    def test_records_renumbered_or_of_another_traject(self):
        index = max(i for i, batch in enumerate(self.export.partitions[0]) if batch.records)
        batch = self.export.partitions[0][index]
        for i, (traject, previous, _, data) in enumerate(batch.records):
            changed = {
                "another number": (traject, previous, data[:1] + bytes([data[1] ^ 1]) + data[2:]),
                "another traject": (bytes(16), verify.ZERO, data),
                "made of one": (b"", verify.ZERO, data) if traject else (bytes(16), verify.ZERO, data),
                "no bytes": (traject, previous, b""),
                "another chain": (traject, hashlib.sha256().digest() if traject else verify.ZERO, b"\x08" + data),
            }
            for what, record in changed.items():
                with self.subTest(what, record=i):
                    records = [(t, p, d) for t, p, _, d in batch.records]
                    records[i] = record
                    self.diverges(self.changed((index, lambda b, records=records: forge(b, records))), f"0:{batch.first_record + i}")

    def test_a_record_that_leaves_its_chain(self):
        index = max(i for i, batch in enumerate(self.export.partitions[0]) if batch.records)
        batch = self.export.partitions[0][index]
        i = max(i for i, record in enumerate(batch.records) if record[0])
        records = [(t, p, d) for t, p, _, d in batch.records]
        records[i] = (records[i][0], verify.ZERO, records[i][2])
        self.diverges(self.changed((index, lambda b: forge(b, records))), f"0:{batch.first_record + i}")

    def test_one_traject_in_two_partitions(self):
        self.diverges(Export(self.good).put_together()[:4] + struct.pack(">I", 2) + self.good[8:] + struct.pack(">I", 1) + self.good[12:])

    def test_partitions_that_changed_places(self):
        export = Export(self.two)
        export.partitions.reverse()
        self.assertTrue(self.both(export.put_together())["verified"], "their numbers are their places")
        bad = bytearray(self.two)
        bad[11] = 1
        self.diverges(bytes(bad), "0:1")

    def test_many_changes_at_random(self):
        chance = random.Random(SEED)
        broken = []
        for _ in range(1500):
            bad = bytearray(self.two if chance.random() < 0.5 else self.good)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(bad))
                deed = chance.randrange(4)
                if deed == 0:
                    bad[at] = chance.randrange(256)
                elif deed == 1:
                    del bad[at:at + chance.randint(1, 200)]
                elif deed == 2:
                    bad[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 40)))
                elif len(bad) > 8:
                    bad[at:at + 4] = struct.pack(">I", chance.choice((0, 1, 31, 32, 178, 16_777_216, 16_777_217, 0xFFFFFFFF)))
                bad = bad or bytearray(b"x")
            broken.append(bytes(bad))
        self.both_of_each(broken)

    def heads_of(self, data, name):
        """Written by both, and the same."""
        path = self.folder / name
        path.write_bytes(data)
        written = subprocess.run([VERIFY_ALL, "--heads", path], check=True, capture_output=True, text=True).stdout
        verifier = verify.Verifier(io.BytesIO(data))
        verifier.run()
        second = io.StringIO()
        verifier.write_heads(second)
        self.assertEqual(written, second.getvalue())
        heads = self.folder / f"{name}.heads"
        heads.write_text(written, encoding="utf-8")
        return heads

    def test_heads_that_were_kept(self):
        for good in (self.good, self.two):
            heads = self.heads_of(good, "kept")
            self.assertTrue(self.both(good, heads)["verified"])
        # Kept earlier, when there was less.
        earlier = copy.deepcopy(self.export)
        for _ in range(3):
            earlier.partitions[0].pop()
            self.assertTrue(self.both(self.good, self.heads_of(earlier.put_together(), "earlier"))["verified"])
        # A journal that lost its end.
        last = earlier.partitions[0][-1]
        self.diverges(earlier.put_together(), f"0:{last.first_record + len(last.records)}", self.heads_of(self.good, "kept"))

    def test_a_history_made_anew_shows_against_heads_that_were_kept(self):
        """All hashes right, another owner's token: nothing but a kept head can tell."""
        heads = self.heads_of(self.good, "kept")
        export = copy.deepcopy(self.export)
        previous, chain = verify.ZERO, {}
        for index, batch in enumerate(export.partitions[0]):
            records = []
            for traject, _, _, data in batch.records:
                records.append((traject, chain.get(traject, verify.ZERO), data + (b"\x5a\x00" if batch.first_record == 4 else b"")))
                if traject:
                    chain[traject] = verify.fields_hash(b"overdracht.record.v1", *records[-1])
            export.partitions[0][index] = forge(batch, records, previous=previous)
            previous = export.partitions[0][index].hash
        anew = export.put_together()
        self.assertTrue(self.both(anew)["verified"])
        self.diverges(anew, heads=heads)
        for line in heads.read_text(encoding="utf-8").splitlines():
            one = self.folder / "one.heads"
            one.write_text(line, encoding="utf-8")
            if '"batch"' in line:
                self.diverges(anew, f"0:{export.partitions[0][-1].first_record}", one)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
