"""One pattern as an automaton whose states are integers.

Bit i of a state says that the first i of the pattern's single-character tokens have been read. A star is not a token
of its own: it lets the position before which it stands wait. Steps are a few operations on whole integers, so a
pattern of thousands of tokens is read at the speed of the processor's words.
"""

from __future__ import annotations

AutomatonToken = str | tuple[bool, str]
"""A character, or a wildcard as (any number of them, the characters that it does not match)."""


class Automaton:
    """A deterministic automaton over characters, made as it is walked. State 0 is the dead one.

    No two stars of `tokens` are neighbours."""

    __slots__ = ("_literals", "_loop", "_loop_but", "_ones", "_ones_but", "_singles", "final", "start")

    def __init__(self, tokens: tuple[AutomatonToken, ...]) -> None:
        self._singles: list[AutomatonToken] = []
        self._literals: dict[str, int] = {}
        self._ones = 0
        self._ones_but: dict[str, int] = {}
        self._loop = 0
        self._loop_but: dict[str, int] = {}
        for token in tokens:
            bit = 1 << len(self._singles)
            if isinstance(token, str):
                self._literals[token] = self._literals.get(token, 0) | bit
                self._singles.append(token)
                continue
            many, but = token
            if many:
                self._loop |= bit
                for character in but:
                    self._loop_but[character] = self._loop_but.get(character, 0) | bit
            else:
                self._ones |= bit
                for character in but:
                    self._ones_but[character] = self._ones_but.get(character, 0) | bit
                self._singles.append(token)
        self.start = 1
        self.final = 1 << len(self._singles)

    def step(self, state: int, character: str) -> int:
        """The state after one more character."""
        ones, loop = self._ones, self._loop
        if character in self._ones_but:
            ones &= ~self._ones_but[character]
        if character in self._loop_but:
            loop &= ~self._loop_but[character]
        return self._prune(((state & (ones | self._literals.get(character, 0))) << 1) | (state & loop))

    def _prune(self, state: int) -> int:
        """Drops the positions before the last one that waits for anything: whatever they lead to, it leads to."""
        free = state & self._loop
        for bits in self._loop_but.values():
            free &= ~bits
        if not free:
            return state
        low = free.bit_length() - 1
        return state >> low << low

    def accepts(self, text: str) -> bool:
        state = self.start
        for character in text:
            state = self.step(state, character)
            if not state:
                return False
        return bool(state & self.final)

    def accepting(self, state: int) -> bool:
        return bool(state & self.final)

    def is_everything(self, state: int) -> bool:
        """Whether every text leads from here to acceptance, because a free star ends the pattern."""
        if not state & self.final & self._loop:
            return False
        return not any(bits & self.final for bits in self._loop_but.values())

    def told_apart(self, state: int) -> set[str]:
        """The characters that this state may treat otherwise than all the rest."""
        found = {character for character, bits in self._ones_but.items() if bits & state}
        found.update(character for character, bits in self._loop_but.items() if bits & state)
        rest = state & ~self.final
        while rest:
            low = rest & -rest
            token = self._singles[low.bit_length() - 1]
            if isinstance(token, str):
                found.add(token)
            rest ^= low
        return found

    @property
    def alphabet(self) -> set[str]:
        """Every character that the pattern names."""
        return {*self._literals, *self._ones_but, *self._loop_but}
