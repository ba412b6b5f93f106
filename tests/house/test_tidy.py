"""House rules that no general linter knows: sizes, words, calls."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "enfilade"
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
CLASS_LINES_MAX = 300
BANNED_EVERYWHERE = {
    r"\beval\(": "no text becomes code",
    r"\bpickle\b": "no pickles",
    r"shell=True": "no shell",
    r"yaml\.load\(": "no yaml.load",
    r"mark_safe\((?!['\"])": "mark_safe only on literals",
    r"@csrf_exempt": "every post has its token",
    r"\.raw\(": "no raw querysets",
    r"\.extra\(": "no extra()",
}
BANNED_IN_COMMANDS = {
    r"timezone\.now\(\)": "a command knows the time from ctx.now",
    r"date\.today\(\)": "use ctx.today",
    r"datetime\.now\(": "use ctx.now",
}


def sources() -> Iterator[Path]:
    """Code of ours, tests and migrations left out."""
    for file in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in file.parts and "tests" not in file.parts:
            yield file


def test_sizes() -> None:
    """Files, functions and classes stay readable."""
    wrong = []
    for file in sources():
        text = file.read_text()
        if len(text.splitlines()) > FILE_LINES_MAX:
            wrong.append(f"{file.relative_to(ROOT)}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            lines = (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines > FUNCTION_LINES_MAX:
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")
            if isinstance(node, ast.ClassDef) and lines > CLASS_LINES_MAX:
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")
    assert wrong == []


def test_banned_calls() -> None:
    """Each with the reason."""
    wrong = []
    for file in sources():
        text = file.read_text()
        rules = BANNED_EVERYWHERE | (BANNED_IN_COMMANDS if file.name in {"commands.py", "rules.py"} or "commands" in file.parts else {})
        wrong += [f"{file.relative_to(ROOT)}: {why}" for pattern, why in rules.items() if re.search(pattern, text)]
    assert wrong == []


def test_contexts_are_made_by_core_only() -> None:
    """Nobody gives herself a transaction or permissions: `work=` is set by the runner, contexts are made by core.access."""
    allowed = {"core/context.py", "core/command/runner.py", "core/access.py"}
    for file in sources():
        name = str(file.relative_to(SOURCE))
        text = file.read_text()
        if name not in allowed:
            assert not re.search(r"\bContext\(", text), name
            assert not re.search(r"\bwork=(?!None)", text), name


def test_no_foreign_rows() -> None:
    """Pages and commands reach rows of other modules by their queries and commands only."""
    wrong = []
    for file in sources():
        parts = file.relative_to(SOURCE).parts
        if parts[0] in {"core", "site", "kinds"} or len(parts) < 3:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("enfilade.") and node.module.endswith(".models"):
                owner = ".".join(node.module.split(".")[1:3])
                names = {a.name for a in node.names}
                if owner not in {".".join(parts[:2]), "core.models"}:
                    text = file.read_text()
                    wrong += [f"{'/'.join(parts)}: {n}.objects" for n in sorted(names) if re.search(rf"\b{n}\.objects\b", text)]
    assert wrong == []


def test_templates_do_not_compile_user_text() -> None:
    """No Template(...) of text, no |safe on values, no inline scripts or handlers."""
    wrong = []
    for file in SOURCE.rglob("*.html"):
        text = file.read_text()
        for pattern, why in {
            r"\|safe\b": "|safe",
            r"\son[a-z]+\s*=\s*[\"']": "inline handler",
            r"{%\s*autoescape off": "autoescape off",
            r"<script(?![^>]*nonce)": "script without nonce",
        }.items():
            if re.search(pattern, text):
                wrong.append(f"{file.relative_to(ROOT)}: {why}")
    assert wrong == []


def test_the_last_word_counts() -> None:
    """What sends words that somebody is typing, or fills a part that also reloads itself, says what becomes of the request before.

    htmx drops all but the first two requests of an element, and parts with two sources show whichever answer is slower.
    """
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in sorted(SOURCE.rglob("*.html"))}
    asks = re.compile(r"<[a-z][^<]*?hx-(?:get|post)=(?:{%.*?%}|{{.*?}}|[^>])*>")
    asking = [(name, tag) for name, text in texts.items() for tag in asks.findall(text)]
    reloading = {found[1] for _, tag in asking if "hx-trigger" in tag and (found := re.search(r'\bid="([a-z-]+)"', tag))}
    wrong = []
    for name, tag in asking:
        here = re.search(r'\bid="([a-z-]+)"', tag)
        goal = re.search(r'hx-target="#([a-z-]+)"', tag)
        typed = re.search(r'hx-trigger="[^"]*(?<![-\w])(?:input|change)\b', tag)
        foreign = goal and goal[1] in reloading and not (here and here[1] == goal[1])
        if (typed and "hx-sync=" not in tag) or (foreign and f'hx-sync="#{goal[1]}:' not in tag):
            wrong.append(f"{name}: {tag[:120]}")
    assert reloading
    assert wrong == []


def test_no_names_of_machines_or_registries() -> None:
    """What is committed runs anywhere."""
    for pattern in ("*.txt", "*.toml", "*.json", "*.in", "Makefile"):
        for file in [*ROOT.glob(pattern), *(ROOT / "requirements").glob(pattern), *(ROOT / "frontend").glob(pattern)]:
            text = file.read_text()
            assert not re.search(r"registry\.npmjs|pypi\.org|files\.pythonhosted|--index-url|--find-links|\"resolved\"", text), file
