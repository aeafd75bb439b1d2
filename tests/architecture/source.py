"""The project's C++ as a test reads it: files, includes, code without comments and strings, and the strings themselves."""
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ROOT / "services"

# A comment, a raw string, a string, or a character; whatever begins first wins.
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\ ]{0,16})\((?P<raw>.*?)\)(?P=mark)"|"(?P<text>(?:\\.|[^"\\\n])*)"|'(?:\\.|[^'\\\n])+'""", re.S)


def folders():
    return sorted(path.name for path in SERVICES.iterdir() if path.is_dir())


def files(*names):
    """Sources and headers of these folders under services/."""
    found = [path for name in names for path in (SERVICES / name).rglob("*") if path.suffix in (".h", ".cc")]
    return sorted(found)


def name(path):
    return str(path.relative_to(ROOT))


@functools.cache
def read(path):
    return path.read_text(encoding="utf-8")


@functools.cache
def code(path):
    """Without comments and with empty strings; every line keeps its number."""
    def blank(found):
        token = found.group(0)
        lines = "\n" * token.count("\n")
        return f'""{lines}' if token[0] in "\"R" else lines or " "
    without_digits = re.sub(r"(?<=\d)'(?=\d)", "", read(path))  # 1'000'000 is no character
    return TOKEN.sub(lambda found: found.group(0) if found.group(0).startswith("'") else blank(found), without_digits)


@functools.cache
def strings(path):
    """(line, text) of every string that is not the name of an included file."""
    text = re.sub(r"(?<=\d)'(?=\d)", "", read(path))
    result = []
    for found in TOKEN.finditer(text):
        content = found.group("text") if found.group("text") is not None else found.group("raw")
        start = text.rfind("\n", 0, found.start()) + 1
        if content and not text[start:found.start()].lstrip().startswith("#include"):
            result.append((text.count("\n", 0, found.start()) + 1, content))
    return result


@functools.cache
def includes(path):
    """(line, what stands between the quotes or brackets)."""
    found = re.finditer(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', read(path), re.M)
    return [(read(path).count("\n", 0, each.start()) + 1, each.group(1)) for each in found]


def find(path, pattern):
    """(line, what was found) of every place in the code where the pattern matches."""
    return [(code(path).count("\n", 0, each.start()) + 1, each.group(0).strip()) for each in re.finditer(pattern, code(path))]
