"""One walk per scenario; `huabiao new scenario` writes them here. The day: node/day."""
