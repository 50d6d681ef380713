"""The difference between two rulebooks by meaning: which settings differ, from what to what, in the users' words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.rulebook.meanings import meaning
from flows.rulebook.telling import Path, is_whole, words
from models.values.case import Reason


@dataclass(frozen=True)
class Difference:
    """One setting that differs: where it stands, what it means, and the change in a sentence."""

    path: Path
    meaning: Reason
    change: Reason


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """In the order of the newer one; what was taken out comes last in its section. Notes of sources do not count."""
    return list(_between(before, after, ()))


def _between(before: Mapping[str, Any], after: Mapping[str, Any], here: Path) -> Iterator[Difference]:
    for name in (*after, *(name for name in before if name not in after)):
        path = (*here, str(name))
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and not (is_whole(path, old) or is_whole(path, new)):
            yield from _between(old, new, path)
        elif _bare(old) != _bare(new):
            yield Difference(path, meaning(path), _change(path, old, new))


def _bare(value: Any) -> Any:
    """Without the note where it comes from; whole numbers and fractions of the same size are the same."""
    if isinstance(value, Mapping):
        return {name: inner for name, inner in value.items() if name != "source"}
    return value


def _change(path: Path, old: Any, new: Any) -> Reason:
    if path[:2] == ("taxonomy", "signs"):
        return _sign(old, new)
    if old is None:
        return Reason(f"新增：{words(new).zh}", f"new: {words(new).en}")
    if new is None:
        return Reason(f"删除(原为 {words(old).zh})", f"taken out (it was {words(old).en})")
    if _is_set(old) and _is_set(new) and set(old) != set(new):
        return _members(old, new)
    return Reason(f"由 {words(old).zh} 改为 {words(new).zh}", f"from {words(old).en} to {words(new).en}")


def _is_set(value: Any) -> bool:
    """A list of names, of which one says what was added and what was taken out."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and len(one) < 30 for one in value)


def _members(old: Sequence[str], new: Sequence[str]) -> Reason:
    added, gone = [one for one in new if one not in old], [one for one in old if one not in new]
    zh = [f"增加 {'、'.join(added)}"] if added else []
    en = [f"adds {', '.join(added)}"] if added else []
    zh += [f"去掉 {'、'.join(gone)}"] if gone else []
    en += [f"takes out {', '.join(gone)}"] if gone else []
    return Reason(";".join(zh), "; ".join(en))


def _sign(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Reason:
    """A sign of the taxonomy, by its own meaning."""
    sign = new or old or {}
    zh, en = str(sign.get("zh", "")), str(sign.get("en", ""))
    if old is None:
        return Reason(f"新增特征：{zh}", f"a new sign: {en}")
    if new is None:
        return Reason(f"删除特征：{zh}", f"a sign taken out: {en}")
    parts = [name for name in (*new, *(name for name in old if name not in new)) if old.get(name) != new.get(name)]
    return Reason(f"特征「{zh}」调整：{'、'.join(parts)}", f"the sign “{en}” differs in {', '.join(parts)}")
