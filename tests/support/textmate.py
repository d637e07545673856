"""A small reader of TextMate grammars: enough of it to see which scope each character of a line gets."""

import re
from typing import Any

Rule = dict[str, Any]


def begin(rule: Rule) -> re.Pattern[str]:
    """The expression that a rule starts with."""
    return re.compile(rule["match"] if "match" in rule else rule["begin"])


class TextMate:
    """Tokenises single lines with a grammar of `match`, `begin`/`end`, `captures` and `include` rules."""

    def __init__(self, grammar: dict[str, Any]) -> None:
        self.grammar = grammar

    def rules(self, patterns: list[Rule]) -> list[Rule]:
        """Rules with includes resolved, in order of precedence."""
        found: list[Rule] = []
        for rule in patterns:
            if "include" in rule:
                found += self.rules([self.grammar["repository"][rule["include"].removeprefix("#")]])
            elif "match" in rule or "begin" in rule:
                found.append(rule)
            else:
                found += self.rules(rule["patterns"])
        return found

    def scopes(self, line: str) -> list[str]:
        """The innermost scope of each character of a line, empty where there is none."""
        scopes = [""] * len(line)
        self._scan(line, 0, self.rules(self.grammar["patterns"]), None, scopes)
        return scopes

    def scope(self, line: str, word: str) -> str:
        """The scope of a word's first occurrence; all its characters must have the same."""
        start = line.index(word)
        found = set(self.scopes(line)[start:start + len(word)])
        assert len(found) == 1, f"{word!r} in {line!r} has several scopes: {found}"
        return found.pop()

    def _scan(self, line: str, at: int, rules: list[Rule], end: str | None, scopes: list[str]) -> int:
        while at < len(line) or end is not None:
            closing = re.compile(end).search(line, at) if end else None
            hits = [(match.start(), number, match) for number, rule in enumerate(rules)
                    if (match := begin(rule).search(line, at)) and match[0]]
            first = min(hits, default=None)
            if closing and (first is None or closing.start() <= first[0]):
                return closing.end()
            if first is None:
                return len(line)
            at = self._apply(rules[first[1]], first[2], scopes)
        return at

    def _apply(self, rule: Rule, match: re.Match[str], scopes: list[str]) -> int:
        start, stop = match.span()
        if "begin" in rule:
            inner = [""] * len(match.string)
            stop = self._scan(match.string, stop, self.rules(rule["patterns"]), rule["end"], inner)
            scopes[start:stop] = [scope or rule["name"] for scope in inner[start:stop]]
        elif "name" in rule:
            scopes[start:stop] = [rule["name"]] * (stop - start)
        for number, capture in rule.get("captures", {}).items():
            low, high = match.span(int(number))
            scopes[low:high] = [capture["name"]] * (high - low)
        return stop
