"""Checks the modules of wheels for Linux: no symbols, and no instruction that some processors of their kind lack.

    python .ci/check_compiled.py WHEEL...

For x86_64 that kind is x86-64-v1: SSE2 and nothing later. Needs readelf and objdump, which come with every compiler.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

SYMBOLS = re.compile(r"\.(?:symtab|debug_\w+)\b")
# AVX and later: the registers, and every name with a v. Then what came between SSE2 and AVX, and beside it.
LATER = re.compile(
    r"%[yz]mm|\bv(?!err|erw)[a-z0-9]+\s.*%xmm|\t(?:popcnt|lzcnt|movbe|crc32|andn|bextr|bls[ir]|blsmsk|bzhi|mulx|pdep|pext"
    r"|rorx|sarx|shlx|shrx|pshufb|palignr|pabs[bwd]|ph(?:add|sub)\w+|pmaddubsw|pmulhrsw|psign[bwd]|pcmp[ei]str[im]"
    r"|pcmp(?:eq|gt)q|p(?:min|max)(?:sb|sd|uw|ud)|pmov[sz]x\w+|pmulld|pmuldq|packusdw|p(?:ins|ext)r[bdq]|ptest|p?blend\w+"
    r"|round[sp][sd]|dpp[sd]|insertps|extractps|mpsadbw|phminposuw|h(?:add|sub)p[sd]|addsubp[sd]|lddqu|mov(?:sl|sh|d)dup"
    r"|aes\w+|pclmul\w+|sha(?:1|256)\w+)(?:[lqw]?)\s"
)


def output(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def problems(module: Path) -> list[str]:
    """What is wrong with one compiled module."""
    found = [f"holds {name}" for name in SYMBOLS.findall(output("readelf", "-SW", str(module)))]
    if "X86-64" in output("readelf", "-hW", str(module)):
        code = output("objdump", "-d", "--no-show-raw-insn", str(module)).splitlines()
        found += [f"runs{line.partition(':')[2]}" for line in code if LATER.search(line)][:5]
    return found


def main(wheels: list[str]) -> int:
    """Say what is wrong; 1 if anything is."""
    wrong = 0
    for wheel in wheels:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as packed:
            modules = [Path(packed.extract(name, folder)) for name in packed.namelist() if name.endswith(".so")]
            found = [f"{Path(wheel).name}: {module.name} {what}" for module in modules for what in problems(module)]
            wrong += len(found) or not modules
        print(
            "\n".join(found)
            or f"{Path(wheel).name}: {len(modules)} modules, stripped, for every processor of their kind"
        )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
