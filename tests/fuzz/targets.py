"""All targets, by name."""

from __future__ import annotations

from fuzz import decoding, kernel_targets, rendering, stored_rows, summing, unpacking
from fuzz.target import Target

MODULES = (decoding, unpacking, rendering, summing, stored_rows)
TARGETS: dict[str, Target] = {
    target.name: target for target in (*kernel_targets.TARGETS, *(module.TARGET for module in MODULES))
}
