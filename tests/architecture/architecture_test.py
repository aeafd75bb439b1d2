"""The rules that hold the code together. Each message says what to do instead; an exception stands in a table here, with its reason."""
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import source  # noqa: E402

# Which folder of services/ may include which (services/CMakeLists.txt says the same in a line).
ARROWS = {
    "base": set(),
    "api": set(),
    "client": {"api"},
    "certs": {"base"},
    "texts": {"base"},
    "event": {"base", "texts"},
    "yaml": {"base"},
    "chart": {"base", "yaml"},
    "config": {"base", "event", "yaml"},
    "engine": {"base", "chart"},
    "oracle": {"base"},
    "scenario": {"base", "texts", "event", "chart", "engine"},
    "kafka": {"base"},
    "log": {"base", "kafka"},
    "storage": set(),
    "region": {"base", "event", "chart"},
    "topics": {"base", "event", "chart", "region", "kafka"},
    "edge": {"base", "texts", "event", "region"},
    "workflow": {"base", "texts", "event", "chart", "engine", "oracle", "kafka", "log", "storage", "region", "topics", "edge"},
    "partner": {"base", "api", "texts", "event", "chart", "engine", "storage", "region", "edge"},
    "http": {"base", "event", "edge"},
    "remote": {"base", "event", "chart", "storage", "kafka", "region", "topics", "edge"},
    "audit": {"base", "texts", "event", "chart", "engine", "log"},
    "move": {"base", "event", "log", "kafka", "topics", "workflow", "audit"},
    "cli": {"base", "certs", "config", "yaml", "texts", "event", "chart", "engine", "scenario", "kafka", "log", "region", "topics", "edge", "workflow",
            "partner", "remote", "http", "audit", "move", "client"},
}

# Decisions are made here: the same input always gives the same output, so time, chance and the world outside come in as arguments.
PURE = ("base", "texts", "event", "yaml", "config", "chart", "engine", "oracle", "scenario")
# Not this, of a pure folder: it reads and writes the scenarios that stand on disk.
NOT_PURE = {"services/scenario/test_workflow.cc"}


def pure_files():
    return [path for path in source.files(*PURE) if source.name(path) not in NOT_PURE]


# A function of the C library: by itself, of std:: or of ::, and no member or function of ours that is called the same.
C = r"(?<![\w.>:])(?:std::|::)?"

# What a pure folder may not use, and what to do instead.
BANNED = {
    r"\b(?:system|steady|high_resolution|utc|tai|gps|file)_clock\b": "the time comes in with the input (Record.time_us)",
    r"\babsl::Now\b|\bGetCurrentTimeNanos\b": "the time comes in with the input (Record.time_us)",
    C + r"(?:time|clock|gettimeofday|clock_gettime|timespec_get|localtime(?:_r)?|gmtime(?:_r)?|mktime)\s*\(":
        "the time comes in with the input (Record.time_us)",
    r"\babsl::LocalTimeZone\b|\bLoadTimeZone\b|\bcurrent_zone\b": "time is UTC",
    C + r"(?:s?rand|s?random|[dlm]rand48|arc4random\w*|getrandom|getentropy)\s*\(": "ids and chance come in with the input",
    r"\brandom_device\b|\bmt19937\w*|\bminstd_rand0?\b|\bdefault_random_engine\b|\b(?:Insecure)?BitGen\b|\bRAND_\w*bytes\b|\bstd::(?:random_)?shuffle\b":
        "ids and chance come in with the input",
    r"\b(?:secure_)?getenv\b|\benviron\b": "a setting is an argument, read in services/cli",
    C + r"(?:getpid|gethostname|uname|fork|v?system|popen|exec[lv]p?e?)\s*\(": "the machine is the caller's: take a value",
    r"\bstd::(?:jthread|thread|async|future|promise|packaged_task|atomic\w*|condition_variable\w*|call_once|once_flag|\w+_semaphore|latch|barrier)\b":
        "the caller owns the threads: take a value, return a value",
    r"\babsl::(?:Mutex|CondVar|Notification|BlockingCounter|Barrier|call_once|once_flag)\b|\bpthread_\w+": "the caller owns the threads",
    r"\bthread_local\b": "the caller owns the threads: hand over what is kept between two calls",
    r"\bstd::(?:\w+_)?mutex\b": "the caller owns the threads: take a value, return a value",
    r"\bstd::(?:basic_)?(?:[io]?fstream|filebuf|filesystem)\b": "the caller reads and writes files: take the text",
    C + r"(?:f|fre|fd)?open(?:at)?\s*\(|" + C + r"(?:opendir|mmap|tmpfile|mkstemp|unlink|rename)\s*\(":
        "the caller reads and writes files: take the text",
    r"\bstd::(?:cout|cerr|clog|cin)\b|" + C + r"(?:v?f?printf|f?puts|f?putc|putchar|perror|fwrite)\s*\(":
        "return what should be said; services/cli prints",
    r"\b(?:u|nano)?sleep(?:_for|_until)?\s*\(|\babsl::SleepFor\b": "waiting is the loop's (services/workflow)",
}
BANNED_HEADERS = {
    "grpcpp/": "gRPC belongs to services/client, services/edge, services/http, services/partner, services/remote, services/workflow/edge and services/cli",
    "grpc/": "gRPC belongs to services/client, services/edge, services/http, services/partner, services/remote, services/workflow/edge and services/cli",
    "sqlite3.h": "storage stays behind the EventLog port and the caches of services/workflow",
    "librdkafka/": "Kafka stays in services/kafka and services/log",
    "thread": "the caller owns the threads",
    "future": "the caller owns the threads",
    "mutex": "the caller owns the threads",
    "condition_variable": "the caller owns the threads",
    "atomic": "the caller owns the threads",
    "pthread.h": "the caller owns the threads",
    "random": "chance comes in with the input",
    "openssl/rand.h": "chance comes in with the input",
    "fstream": "the caller reads and writes files",
    "filesystem": "the caller reads and writes files",
    "iostream": "return what should be said; services/cli prints",
    "ctime": "the time comes in with the input (Record.time_us)",
    "time.h": "the time comes in with the input (Record.time_us)",
    "unistd.h": "the machine is the caller's: take a value",
    "fcntl.h": "the machine is the caller's: take a value",
    "sys/": "the machine is the caller's: take a value",
    "absl/time/clock.h": "the time comes in with the input (Record.time_us)",
    "absl/random/": "chance comes in with the input",
    "absl/synchronization/": "the caller owns the threads",
}
# (file, what is found there): why it may.
EXCEPTIONS = {
    ("services/base/codes.cc", "std::shared_mutex"): "guards a table of names that is filled once per enum and never changes a result",
    ("services/base/sha256.cc", "thread_local"): "a context to hash with, emptied before each use",
    ("services/base/check.h", "std::fprintf("): "the last words of a process that dies",
}

# Where gRPC may be included: the edges.
GRPC_EDGES = re.compile(r"services/(?:workflow/edge/\w+\.(?:h|cc)|client/(?:\w+\.cc|connection\.h)|(?:edge|http|partner|partner/overview|partner/webhook|remote|remote/kafka)/\w+\.(?:h|cc)|cli/[\w/]+\.(?:h|cc))")

LONGEST_FILE = 500
LONG_FILES = {}  # file: why it is longer


def hash_maps(code):
    """The names of variables and members that are hash maps."""
    of_type = r"(?:flat_hash_(?:map|set)|node_hash_(?:map|set)|unordered_(?:multi)?(?:map|set))\s*<[^;{}()]*>\s*[&*]?\s*(\w+(?:\s*,\s*\w+)*)\s*[;={()]"
    return {name.strip() for found in re.finditer(of_type, code) for name in found[1].split(",")}


def walk_over(names):
    either = "|".join(map(re.escape, sorted(names))) or r"(?!)"
    return rf"for\s*\([^;()]*:\s*(?:\w+(?:\.|->|::))*(?:{either})\s*\)|\b(?:{either})(?:\.|->)c?begin\s*\("


class Architecture(unittest.TestCase):
    def check(self, problems):
        problems = list(problems)
        self.assertFalse(problems, "\n  " + "\n  ".join(problems))

    def test_every_folder_has_its_arrows(self):
        self.check(f"services/{name}: say in ARROWS (and in services/CMakeLists.txt) what it may include"
                   for name in source.folders() if name not in ARROWS)

    def test_folders_include_along_the_arrows(self):
        self.check(
            f"{source.name(path)}:{line}: {folder} may include {sorted(ARROWS[folder]) or 'no other folder'}, not {to}: "
            "move what both need to a folder that both may include, or pass it in"
            for folder in source.folders() for path in source.files(folder) for line, included in source.includes(path)
            for to in re.findall(r"^services/(\w+)/", included) if to != folder and to not in ARROWS.get(folder, ()))

    def test_arrows_have_no_circle(self):
        done = []
        while len(done) < len(ARROWS):
            ready = [name for name, to in ARROWS.items() if name not in done and to <= set(done)]
            self.assertTrue(ready, f"ARROWS: a circle among {sorted(set(ARROWS) - set(done))}")
            done += ready

    def test_grpc_stays_at_the_edges(self):
        self.check(
            f"{source.name(path)}:{line}: gRPC is included at the edges only: services/client (not by what is installed), edge, partner, remote, workflow/edge and cli"
            for path in source.files(*source.folders()) for line, included in source.includes(path)
            if (included.startswith("grpc") or included.endswith(".grpc.pb.h")) and not GRPC_EDGES.fullmatch(source.name(path)))

    def test_what_includes_grpc_stays_at_the_edges(self):
        """Else gRPC comes in by one of our own headers."""
        self.check(
            f"{source.name(path)}:{line}: {included} includes gRPC: only services/edge, partner, remote, workflow/edge and cli may include it"
            for path in source.files(*source.folders()) for line, included in source.includes(path)
            if re.match(r"services/(?:workflow/edge|edge|cli)/", included) and not GRPC_EDGES.fullmatch(source.name(path)))

    def test_pure_folders_include_nothing_of_the_world(self):
        self.check(
            f"{source.name(path)}:{line}: <{included}> in a pure folder: {instead}"
            for path in pure_files() for line, included in source.includes(path) for banned, instead in BANNED_HEADERS.items()
            if included == banned or (banned.endswith("/") and included.startswith(banned)))

    def test_pure_folders_call_nothing_of_the_world(self):
        self.check(
            f"{source.name(path)}:{line}: {found} in a pure folder: {instead}"
            for path in pure_files() for pattern, instead in BANNED.items() for line, found in source.find(path, pattern)
            if (source.name(path), found) not in EXCEPTIONS)

    def test_exceptions_are_still_needed(self):
        used = {(source.name(path), found) for path in pure_files() for pattern in BANNED for _, found in source.find(path, pattern)}
        self.check(f"{entry}: nothing of the kind stands there any more: take it out of EXCEPTIONS" for entry in EXCEPTIONS if entry not in used)

    def test_pure_folders_do_not_walk_over_hash_maps(self):
        """Their order differs from one run to the next, and so would a record."""
        for folder in PURE:
            paths = [path for path in source.files(folder) if path in pure_files()]
            declared = {path: hash_maps(source.code(path)) for path in paths}
            members = {name for names in declared.values() for name in names if name.endswith("_")}  # of a class in another file
            for path in paths:
                self.check(f"{source.name(path)}:{line}: {found}: a hash map has no order: walk over a vector or a std::map"
                           for line, found in source.find(path, walk_over(declared[path] | members)))

    def test_every_effect_has_an_applier(self):
        proto = (source.ROOT / "proto/overdracht/journal/v1/record.proto").read_text(encoding="utf-8")
        effects = re.findall(r"^    (\w+) (\w+) = \d+;", re.search(r"oneof effect \{(.*?)\}", proto, re.S)[1], re.M)
        self.assertGreater(len(effects), 20)
        appliers = "".join(source.code(path) for path in source.files("engine/apply"))
        for message, field in effects:
            case = "Effect::k" + "".join(word.capitalize() for word in field.split("_"))
            self.assertRegex(appliers, rf"\b{case}\b", f"record.proto: {message}: write its applier in services/engine/apply, or replay loses it")
            self.assertRegex(appliers, rf"\b{message}\s*&", f"record.proto: {message}: write its applier in services/engine/apply, or replay loses it")

    def test_no_workflow_or_task_is_named_in_code(self):
        """What a region calls its workflows and tasks is data: a rule of the engine must not know them."""
        names = {}
        for definition in sorted((source.ROOT / "workflows").glob("*/workflow.yaml")):
            names.update(dict.fromkeys(names_in(definition), source.name(definition)))
        self.assertGreater(len(names), 20, "expected the names of workflows/*/workflow.yaml, but found hardly any")
        word = re.compile(r"[a-z0-9_-]+")
        self.check(
            f"{source.name(path)}:{line}: \"{text}\" names {found}, which {names[found]} defines: say it in the definition instead"
            for path in source.files(*source.folders()) for line, text in source.strings(path)
            for found in word.findall(text) if found in names and (source.name(path), found) not in NAMED_IN_CODE)

    def test_files_can_be_read(self):
        self.check(
            f"{source.name(path)}: {lines} lines, expected at most {LONGEST_FILE}: split it where it changes its subject"
            for path in source.files(*source.folders())
            for lines in [source.read(path).count("\n")] if lines > LONGEST_FILE and source.name(path) not in LONG_FILES)

    def test_every_source_says_what_it_is(self):
        """A header begins with what its reader needs."""
        self.check(f"{source.name(path)}: begin with a comment that says what the reader needs"
                   for path in source.files(*source.folders()) if path.suffix == ".h" and not source.read(path).startswith("//"))


# (file, name): why a name of a definition may stand in code.
NAMED_IN_CODE = {
    ("services/texts/words.cc", "actieplan"): "also a category of data",
    ("services/texts/words.cc", "crisiskaart"): "also a category of data",
}


def names_in(definition):
    """The id of the workflow and the names of its tasks: the keys one level below `tasks:`."""
    yield definition.parent.name
    table = level = None  # how far `tasks:` is indented, and its entries
    for line in definition.read_text(encoding="utf-8").splitlines():
        indent = len(line) - len(line.lstrip())
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if table is not None and indent <= table:
            table = None
        if re.match(r"\s*tasks:\s*$", line):
            table, level = indent, None
        elif table is not None:
            level = level or indent
            yield from re.findall(r"^([a-z0-9_]+):", line.strip()) if indent == level else ()


class TheRulesFind(unittest.TestCase):
    """A rule that finds nothing proves nothing."""

    SAMPLES = [
        "auto t = std::chrono::system_clock::now();", "std::chrono::tai_clock::now()", "absl::Time t = absl::Now();", "time_t t = std::time(nullptr);",
        "x = time(0);", "x = ::time(0);", "return clock();", "localtime_r(&t, &tm);", "absl::LocalTimeZone()", "int r = rand();", "return ::random();",
        "std::mt19937_64 g;", "std::shuffle(a, b, g);", "RAND_priv_bytes(b, 16);", 'const char* v = std::getenv("X");', 'v = secure_getenv("X");',
        "int p = getpid();", 'std::system("x");', "std::thread t(f);", "std::promise<int> p;", "std::call_once(flag, f);", "absl::Mutex mu;",
        "pthread_create(a, b, c, d);", "thread_local int spare;", "std::mutex mu;", "std::recursive_timed_mutex mu;", "std::ifstream in(path);",
        "namespace fs = std::filesystem;", 'FILE* f = fopen("x", "r");', "int f = ::open(path, 0);", "int f = openat(d, path, 0);", "unlink(path);",
        "std::cout << 1;", 'printf("x");', 'std::fprintf(stderr, "x");', 'std::puts("x");', "std::this_thread::sleep_for(d);", "usleep(1);",
    ]
    FINE = ["int64_t time_us = record.time_us();", "record->time(1)", "Reopen(task)", "x.open(1)", "brand(1)", "record.clock()", "list->rename(1)",
            "snprintf(b, 9, f);", "Timeline::time(x)", "using Timeline::clock;", "std::chrono::sys_days(d)"]

    def found(self, text):
        return [pattern for pattern in BANNED if re.search(pattern, text)]

    def test_what_is_banned(self):
        for text in self.SAMPLES:
            self.assertTrue(self.found(text), f"{text}: no rule finds it")
        everything = "\n".join(self.SAMPLES)
        for pattern in BANNED:
            self.assertRegex(everything, pattern, "no sample shows that this rule works")

    def test_what_is_not(self):
        for text in self.FINE:
            self.assertFalse(self.found(text), text)

    def test_walks_over_hash_maps(self):
        names = hash_maps("absl::flat_hash_map<std::string, std::vector<int>> index_, other_; void F(const std::unordered_set<int>& seen) {}")
        self.assertEqual(names, {"index_", "other_", "seen"})
        for text in ("for (const auto& [k, v] : index_) {", "for (auto& x : state->other_) {", "auto it = index_.begin();"):
            self.assertRegex(text, walk_over(names))
        for text in ("for (auto& x : others) {", "index_.find(x)", "for (int i : index_.at(x)) {"):
            self.assertNotRegex(text, walk_over(names))

    def test_comments_and_strings_are_no_code(self):
        path = pathlib.Path(__file__).with_name("sample.txt")
        self.assertEqual(source.find(path, r"rand|getenv"), [(8, "rand")])
        self.assertEqual([text for _, text in source.strings(path)], ["a // getenv", "raw getenv", "b"])


def pages_in(folder):
    """Our own: what npm brought is not ours to check."""
    return sorted(page for page in folder.rglob("*.md") if "node_modules" not in page.parts)


class Documentation(unittest.TestCase):
    """One README a folder, under a page, that says what the folder is for and where to begin."""

    LONGEST = 60  # lines

    def folders(self):
        yield source.SERVICES
        yield from (path for path in sorted(source.SERVICES.iterdir()) if path.is_dir())
        yield source.ROOT / "tests"
        yield from (path for path in sorted((source.ROOT / "tests").iterdir()) if path.is_dir() and path.name not in ("__pycache__",))

    def test_every_folder_has_a_page(self):
        for folder in self.folders():
            page = folder / "README.md"
            self.assertTrue(page.exists(), f"{source.name(folder)}: write a README.md: what it is for, which file to read first, its arrows")
            text = page.read_text(encoding="utf-8")
            self.assertLessEqual(text.count("\n"), self.LONGEST, f"{source.name(page)}: keep it under a page")
            first = re.search(r"[Rr]ead `([^`]+)` first", text)
            self.assertTrue(first, f"{source.name(page)}: say which file to read first: 'Read `name` first'")
            self.assertTrue((folder / first[1]).exists(), f"{source.name(page)}: says to read {first[1]} first, which is not there")

    def test_the_list_of_tests_is_whole(self):
        text = (source.ROOT / "tests/README.md").read_text(encoding="utf-8")
        for folder in self.folders():
            if folder.parent == source.ROOT / "tests":
                self.assertIn(f"| `{folder.name}` |", text, f"tests/README.md: give {folder.name} a line in its table")

    def test_every_workflow_is_in_the_list(self):
        text = (source.ROOT / "workflows/README.md").read_text(encoding="utf-8")
        for definition in (source.ROOT / "workflows").glob("*/workflow.yaml"):
            self.assertIn(f"]({definition.parent.name}/README.md)", text, f"workflows/README.md: give {definition.parent.name} a line in its table")

    def test_arrows_stand_in_the_pages(self):
        for name in source.folders():
            text = (source.SERVICES / name / "README.md").read_text(encoding="utf-8")
            said = re.search(r"^Arrows: includes (.*)$", text, re.M)
            self.assertTrue(said, f"services/{name}/README.md: add a line 'Arrows: includes …'")
            self.assertEqual(set(re.findall(r"`(\w+)`", said[1])), ARROWS[name], f"services/{name}/README.md: its arrows are those of ARROWS here")

    def test_links_lead_somewhere(self):
        folders = [source.ROOT / "docs", source.SERVICES, source.ROOT / "workflows", source.ROOT / "tests"]
        pages = [*source.ROOT.glob("*.md"), *(page for folder in folders for page in pages_in(folder))]
        for page in pages:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
                if not re.match(r"[a-z]+:", target):
                    self.assertTrue((page.parent / target).exists(), f"{source.name(page)}: links to {target}, which is not there")

    def test_files_that_are_named_are_there(self):
        for page in [source.ROOT / "README.md", *pages_in(source.ROOT / "docs")]:
            text = page.read_text(encoding="utf-8")
            for named in re.findall(r"\b((?:services|proto|tests|deploy)/[\w./-]*\w)", text):
                self.assertTrue((source.ROOT / named).exists(), f"{source.name(page)}: names {named}, which is not there")

    def test_decisions_are_named_by_date(self):
        for path in sorted((source.ROOT / "docs/adr").glob("*.md")):
            self.assertRegex(path.name, r"^(\d{8}-[a-z0-9-]+|README)\.md$", f"{source.name(path)}: name it by its date, 20261126-what-was-decided.md")


if __name__ == "__main__":
    unittest.main()
