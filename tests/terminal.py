"""A terminal that takes text and our own colours, and to which nothing else may happen."""

import pyte

OURS = {(1,), (2,), (32,), (1, 31), (36,), (0,)}  # attributes that pages are painted with


class _Listener:
    """What a stream tells, and nothing of it done: quicker than a screen."""

    def __init__(self):
        self.drawn = []

    def draw(self, text):
        self.drawn.append(text)

    def linefeed(self):
        self.drawn.append("\n")

    def select_graphic_rendition(self, *attributes, **more):
        assert not more
        assert attributes in OURS, attributes

    def __getattr__(self, name):
        def refuse(*arguments, **options):
            raise AssertionError(f"a control sequence: {name} {arguments}")

        return refuse


def seen(text):
    """What a terminal shows of a text that may hold our colours."""
    listener = _Listener()
    pyte.Stream(listener).feed(text)
    return "".join(listener.drawn)


def columns_of(line):
    """For each column of a terminal what stands there; the second half of a wide character is nothing."""
    screen = pyte.Screen(400, 1)
    pyte.Stream(screen).feed(line)
    return [screen.buffer[0][x].data for x in range(400)]
