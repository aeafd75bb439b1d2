#!/usr/bin/env python3
"""Verifies an export of a journal. Written from docs/formats.md alone; the numbers in the comments are its sections."""
import argparse
import hashlib
import json
import re
import struct
import sys
import uuid

HASH = 32
ZERO = bytes(HASH)
LARGEST_BATCH = 16_777_216
SMALLEST_RECORD = 69


def fields_hash(domain, *fields):
    """H of section 1."""
    digest = hashlib.sha256()
    for field in (domain, *fields):
        digest.update(struct.pack(">Q", len(field)))
        digest.update(field)
    return digest.digest()


class Diverges(Exception):
    """The first thing that is wrong: i is counted from the first record that the present batch has or should have."""

    def __init__(self, why, i=0):
        super().__init__(why)
        self.i = i


class Fields:
    """Takes fields off bytes from left to right."""

    def __init__(self, data, end):
        self.data, self.at, self.end = data, 0, end

    def take(self, size):
        if size > self.end - self.at:
            raise IndexError
        self.at += size
        return self.data[self.at - size:self.at]

    def integer(self, size):
        return int.from_bytes(self.take(size), "big")


class Batch:
    """Section 4; raises Diverges where the bytes are no batch (section 8, 2.2 to 2.4)."""

    def __init__(self, data):
        if len(data) < HASH:
            raise Diverges("shorter than a hash")
        fields = Fields(data, len(data) - HASH)
        try:
            count = self.read_header(fields)
        except IndexError:
            raise Diverges("the header is cut off") from None
        header = data[:fields.at]
        if count * SMALLEST_RECORD > fields.end - fields.at:
            raise Diverges("too short for its records")
        self.records = [self.read_record(fields, i) for i in range(count)]
        if fields.at != fields.end:
            raise Diverges("bytes follow the last record")
        self.hash = fields_hash(b"overdracht.batch.v1", header, *(link for _, _, link, _ in self.records))
        if self.hash != data[-HASH:]:
            raise Diverges("the batch's hash is not right")

    def read_header(self, fields):
        if fields.take(4) != b"OVB\x01":
            raise Diverges("not a batch of version 1")
        self.kind = fields.integer(1)
        self.number, self.epoch = fields.integer(8), fields.integer(8)
        self.owner, self.previous = fields.take(16), fields.take(HASH)
        self.input_from, self.input_to, self.first_record = fields.integer(8), fields.integer(8), fields.integer(8)
        fields.take(8 + HASH + 8)  # anchor, written
        count = fields.integer(4)
        fields.take(fields.integer(1))  # decided by
        if self.kind not in (1, 2):
            raise Diverges("neither work nor a take-over")
        return count

    @staticmethod
    def read_record(fields, i):
        try:
            length = fields.integer(1)
            if length not in (0, 16):
                raise Diverges("the id of the traject has another length", i)
            traject, previous, link = fields.take(length), fields.take(HASH), fields.take(HASH)
            data = fields.take(fields.integer(4))
        except IndexError:
            raise Diverges("the record is cut off", i) from None
        if not traject and previous != ZERO:
            raise Diverges("of no traject, yet it follows a record", i)
        if fields_hash(b"overdracht.record.v1", traject, previous, data) != link:
            raise Diverges("the record's link is not right", i)
        return traject, previous, link, data


class Tip:
    """Section 5: the last batch that counts."""

    def __init__(self):
        self.number = self.epoch = self.input_to = self.last = 0
        self.owner, self.hash = None, ZERO

    def judge(self, batch):
        """Why it does not count, or None."""
        if batch.previous != self.hash:
            return "made behind another batch"
        if batch.kind == 2 and batch.epoch != self.epoch + 1:
            return "a take-over, but not with the next epoch"
        if batch.kind == 1 and (batch.epoch != self.epoch or batch.owner != self.owner):
            return "work, but not of the owner"
        if batch.number != self.number + 1:
            return "numbers do not run on"
        if (self.number and batch.input_from != self.input_to) or batch.input_from > batch.input_to:
            return "input does not run on"
        if batch.first_record != self.last + 1:
            return "records do not run on"
        return None

    def follow(self, batch):
        self.number, self.epoch, self.owner, self.hash = batch.number, batch.epoch, batch.owner, batch.hash
        self.input_to, self.last = batch.input_to, self.last + len(batch.records)


def shortest_varint(number):
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def begins_with_its_place(number, traject, data):
    """Section 3."""
    place = b"\x08" + shortest_varint(number)
    if traject:
        return data.startswith(place + b"\x12\x10" + traject)
    return data.startswith(place) and data[len(place):len(place) + 1] != b"\x12"


def root(leaves):
    """Section 7."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def leaf(traject, head):
    return b"".join(struct.pack(">Q", len(field)) + field for field in (b"overdracht.head.v1", traject, head))


def read_heads(path):
    """What was kept: {(partition, number): (traject, head)} and {(partition, batch): hash}."""
    records, batches = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            entry = json.loads(line)
            if "traject" in entry:
                partition, number = re.fullmatch(r"(\d+):(\d+)", entry["position"]).groups()
                records[int(partition), int(number)] = (uuid.UUID(entry["traject"]).bytes, bytes.fromhex(entry["head"]))
            else:
                batches[entry["partition"], entry["batch"]] = bytes.fromhex(entry["hash"])
    return records, batches


class Verifier:
    """Section 8."""

    def __init__(self, file, kept=({}, {})):
        self.file = file
        self.kept_records, self.kept_batches = kept
        self.heads = {}  # traject: (partition, number, head)
        self.tips = []
        self.partition, self.tip = 0, Tip()
        self.records = 0

    def run(self):
        try:
            self.read_file()
            self.compare_ends()
        except Diverges as found:
            position = f"{self.partition}:{self.tip.last + 1 + found.i}"
            return {"verified": False, "position": position, "why": str(found)}
        leaves = [leaf(traject, head) for traject, (_, _, head) in sorted(self.heads.items())]
        return {"records": self.records, "heads": len(leaves), "verified": True, "root": root(leaves).hex()}

    def take(self, size):
        data = self.file.read(size)
        if len(data) != size:
            raise Diverges("the file is cut off")
        return data

    def integer(self, size):
        return int.from_bytes(self.take(size), "big")

    def read_file(self):
        if self.take(4) != b"OVX\x01":
            raise Diverges("not an export of version 1")
        partitions = self.integer(4)
        if partitions == 0:
            raise Diverges("no partitions")
        for self.partition in range(partitions):
            self.tip = Tip()
            self.read_partition()
            self.tips.append(self.tip)
        if self.file.read(1):
            raise Diverges("bytes follow the last partition")

    def read_partition(self):
        if self.integer(4) != self.partition:
            raise Diverges("another partition")
        while length := self.integer(4):
            if length > LARGEST_BATCH:
                raise Diverges("the batch is too long")
            self.read_batch(Batch(self.take(length)))
        end = (self.integer(8), self.integer(8), self.take(HASH))
        if end != (self.tip.number, self.tip.last, self.tip.hash):
            raise Diverges("the partition has another end")

    def read_batch(self, batch):
        why = self.tip.judge(batch)
        if why:
            raise Diverges(why)
        for i, record in enumerate(batch.records):
            self.read_record(i, *record)
        if self.kept_batches.get((self.partition, batch.number), batch.hash) != batch.hash:
            raise Diverges("another hash of the batch was kept")
        self.tip.follow(batch)
        self.records += len(batch.records)

    def read_record(self, i, traject, previous, link, data):
        number = self.tip.last + 1 + i
        if not begins_with_its_place(number, traject, data):
            raise Diverges("the record names another place", i)
        if self.kept_records.get((self.partition, number), (traject, link)) != (traject, link):
            raise Diverges("another head was kept", i)
        if not traject:
            return
        partition, _, head = self.heads.get(traject, (self.partition, 0, ZERO))
        if previous != head:
            raise Diverges("the record does not follow the traject's last", i)
        if partition != self.partition:
            raise Diverges("the traject stands in two partitions", i)
        self.heads[traject] = (self.partition, number, link)

    def compare_ends(self):
        """Section 8, 5."""
        ends = {p: (tip.number, tip.last) for p, tip in enumerate(self.tips)}
        lost = {p for p, number in self.kept_records if not 1 <= number <= ends.get(p, (0, 0))[1]}
        lost |= {p for p, number in self.kept_batches if not 1 <= number <= ends.get(p, (0, 0))[0]}
        if lost:
            self.partition = min(lost)
            self.tip = self.tips[self.partition] if self.partition in ends else Tip()
            raise Diverges("heads were kept of what is not there")

    def write_heads(self, out):
        for traject, (partition, number, head) in sorted(self.heads.items()):
            out.write(f'{{"traject":"{uuid.UUID(bytes=traject)}","position":"{partition}:{number}","head":"{head.hex()}"}}\n')
        for partition, tip in ((p, tip) for p, tip in enumerate(self.tips) if tip.number):
            out.write(f'{{"partition":{partition},"batch":{tip.number},"hash":"{tip.hash.hex()}"}}\n')


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("export")
    arguments.add_argument("--heads", help="heads that were kept, to be found again")
    arguments.add_argument("--write-heads", help="where to keep today's heads")
    arguments = arguments.parse_args()
    with open(arguments.export, "rb") as file:
        verifier = Verifier(file, read_heads(arguments.heads) if arguments.heads else ({}, {}))
        found = verifier.run()
    print(json.dumps(found, separators=(",", ":")))
    if arguments.write_heads and found["verified"]:
        with open(arguments.write_heads, "w", encoding="utf-8") as out:
            verifier.write_heads(out)
    return 0 if found["verified"] else 2


if __name__ == "__main__":
    sys.exit(main())
