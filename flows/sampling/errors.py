"""What cannot be done about samples, in a sentence."""


class SamplingError(Exception):
    """The message says what was wrong and what to do, in English and Chinese; nothing changed."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
