"""The rows G1 to G17: each measures one question and holds it against its bar."""

from .events import g1, g2, g4, g12, g13
from .iteration import g7
from .linear import g5, g6, g11
from .memory import g8
from .partial_json import g10
from .paths import paths, small_gains
from .process import g15, g16
from .recordings import g14
from .response import g3, g17
from .row import Row
from .sockets import g9

ROWS: dict[str, Row] = {
    "G1": g1,
    "G2": g2,
    "G3": g3,
    "G4": g4,
    "G5": g5,
    "G6": g6,
    "G7": g7,
    "G8": g8,
    "G9": g9,
    "G10": g10,
    "G11": g11,
    "G12": g12,
    "G13": g13,
    "G14": g14,
    "G15": g15,
    "G16": g16,
    "G17": g17,
}

# Figures without a bar, for the tables and pictures.
EXTRAS: dict[str, Row] = {"paths": paths, "small-gains": small_gains}
