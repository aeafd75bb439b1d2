#!/usr/bin/env python3
"""What docs/operating-kafka.md says that an operator does, done on a region under load: services upgraded one after the other, folders deleted, the
broker stopped, and a back-up put back.  operating_test.py [--binary PATH] [--check PATH]

It prints how long a report waited at most in each, from the first time that it was made until it was answered.
"""
import argparse
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import faults_test  # noqa: E402
import overdracht  # noqa: E402

OPTIONS = None


class Run(faults_test.Run):
    """A region under load, whose reports say how long they waited."""

    def __init__(self, scratch, nodes):
        super().__init__(argparse.Namespace(**vars(OPTIONS), nodes=nodes), scratch)
        self.waits, self.numbers = [], iter(range(10**9))

    def report(self, role, reported):
        began = time.monotonic()
        answer = super().report(role, reported)
        self.waits.append((began, time.monotonic() - began))
        return answer

    def load(self, worker):
        while not self.stopping.is_set():
            with self.lock:
                number = next(self.numbers)
            self.live(number)

    def under_load(self, do):
        """Does it, with others reporting before, meanwhile and after; the longest that one of them waited."""
        self.stopping.clear()
        first = len(self.waits)
        with concurrent.futures.ThreadPoolExecutor(OPTIONS.workers) as pool:
            workers = [pool.submit(self.load, worker) for worker in range(OPTIONS.workers)]
            try:
                self.await_reports(100)
                do()
                self.await_reports(100)
            finally:
                self.stopping.set()
            for worker in workers:
                worker.result()
        return max(seconds for _, seconds in self.waits[first:])

    def await_reports(self, more):
        wanted, last = len(self.waits) + more, time.monotonic() + faults_test.PATIENCE_S
        while len(self.waits) < wanted:
            if time.monotonic() > last:
                raise overdracht.Failed("nothing is answered any more")
            time.sleep(0.05)

    def broker(self, command, *node):
        subprocess.run([faults_test.BROKER, command, str(self.scratch / "broker"), *node], check=True, capture_output=True, timeout=300)

    def stop_services(self):
        for service in (*self.workflow, *self.partner.values()):
            service.stop()

    def start_services(self):
        for service in (*self.workflow, *self.partner.values()):
            service.start()

    def said(self, service):
        return (service.data.parent / "server.log").read_text()


class Operating(unittest.TestCase):
    nodes = 1

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-operating-")
        self.addCleanup(scratch.cleanup)
        self.run_ = Run(pathlib.Path(scratch.name), self.nodes)
        self.addCleanup(self.run_.stop)
        self.run_.start()

    def waited(self, what, seconds, at_most):
        print(f"{what}: a report waited {seconds:.2f} s at most", file=sys.stderr, flush=True)
        self.assertLess(seconds, at_most, what)

    def compare(self):
        counts, wrong = self.run_.compare()
        self.assertEqual(wrong, [])
        return counts


class OneBroker(Operating):
    def test_upgrade_one_after_the_other(self):
        run = self.run_

        def restart(services):
            for service in services:
                service.stop()
                service.start()

        self.waited("workflow services upgraded", run.under_load(lambda: restart(run.workflow)), 15)
        self.waited("partner services upgraded", run.under_load(lambda: restart(run.partner.values())), 15)
        self.compare()

    def test_what_is_gone(self):
        run = self.run_

        def lose(service):
            service.kill()
            shutil.rmtree(service.data)
            service.start()

        def lose_the_broker():
            run.broker("kill")
            run.broker("start")

        self.waited("a workflow service killed, its folder deleted", run.under_load(lambda: lose(run.workflow[0])), 30)
        self.waited("a partner service killed, its folder deleted", run.under_load(lambda: lose(run.partner["wijkteam"])), 30)
        self.waited("the only broker killed", run.under_load(lose_the_broker), 60)
        self.compare()

    def test_services_stop_while_the_broker_is_gone(self):
        run = self.run_

        def stop_all():
            run.broker("kill")
            services = (*run.workflow, *run.partner.values())
            for service in services:
                service.process.terminate()
            for service in services:
                self.assertIn(service.process.wait(45), (0, 1))
                service.process.stdout.close()
            run.broker("start")
            run.start_services()

        self.waited("all stopped without a broker", run.under_load(stop_all), 90)
        self.compare()

    def test_a_back_up_of_the_brokers_is_put_back(self):
        run = self.run_
        run.under_load(lambda: None)
        export = run.scratch / "export"
        kafka = ("--kafka", run.bootstrap, "--topics", "region")
        subprocess.run([OPTIONS.binary, "audit", "export", *kafka, "--out", export], check=True, capture_output=True, timeout=120)
        verified = subprocess.run([OPTIONS.binary, "audit", "verify", export, "--write-heads", f"{export}.heads"], capture_output=True, text=True, timeout=120)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        run.stop_services()
        run.broker("stop")
        shutil.copytree(run.scratch / "broker", run.scratch / "back-up", ignore=shutil.ignore_patterns("pid"))
        run.broker("start")
        run.start_services()
        kept = len(run.offered)
        run.under_load(lambda: None)
        run.stop_services()
        run.broker("stop")

        # The disk comes back from the copy. Whoever knows of more does not go on.
        shutil.rmtree(run.scratch / "broker")
        shutil.copytree(run.scratch / "back-up", run.scratch / "broker")
        run.broker("start")
        run.workflow[0].start()
        self.await_log(run.workflow[0], "no longer")
        self.assertIn('"severity":"ERROR"', run.said(run.workflow[0]))
        run.workflow[0].stop()
        self.expect_to_wait(run.partner["wijkteam"], "is the mirror")

        # Once a person has decided that the copy counts, all forget what they knew, who reads an outbox topic too, and organisations report again what they
        # reported since.
        for service in (*run.workflow, *run.partner.values()):
            shutil.rmtree(service.data)
        run.start_services()
        run.subscribe()
        lost, run.offered[kept:] = run.offered[kept:], []
        self.assertGreater(len(lost), 100)
        for _, key in lost:
            del run.answers[key]
        run.numbers = iter(sorted({int(subject[-12:]) for subject, _ in lost}))
        run.stopping.clear()
        for number in run.numbers:
            run.live(number)
        self.compare()
        again = subprocess.run([OPTIONS.binary, "audit", "export", *kafka, "--out", f"{export}-2"], capture_output=True, text=True, timeout=120)
        self.assertEqual(again.returncode, 0, again.stderr)
        verified = subprocess.run([OPTIONS.binary, "audit", "verify", f"{export}-2", "--heads", f"{export}.heads"], capture_output=True, text=True, timeout=120)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def expect_to_wait(self, service, words):
        """It says this instead of getting ready."""
        with open(service.data.parent / "server.log", "ab") as log:
            process = subprocess.Popen([*service.command_line, *service.where], stdout=subprocess.DEVNULL, stderr=log)
        try:
            self.await_log(service, words)
        finally:
            process.kill()
            process.wait(overdracht.PATIENCE_S)

    def await_log(self, service, words):
        last = time.monotonic() + faults_test.PATIENCE_S
        while words not in self.run_.said(service):
            self.assertLess(time.monotonic(), last, f"the log never said: {words}")
            time.sleep(0.1)


class ThreeBrokers(Operating):
    nodes = 3

    def test_one_of_three_is_gone(self):
        run = self.run_

        def lose(node):
            run.broker("kill", node)
            run.await_reports(300)  # without it
            run.broker("start")

        for node in ("1", "2", "3"):
            self.waited(f"broker {node} of three gone", run.under_load(lambda: lose(node)), 60)
        self.compare()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=None)
    parser.add_argument("--check", default=None)
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.binary = overdracht.find_binary(OPTIONS.binary)
    OPTIONS.check = OPTIONS.check or str(pathlib.Path(OPTIONS.binary).parent / "overdracht_check_region")
    OPTIONS.seed, OPTIONS.partitions, OPTIONS.workers = 1, 4, 8
    unittest.main(argv=[sys.argv[0], *rest])
